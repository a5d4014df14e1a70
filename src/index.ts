/** Rankfront as a library: what the command line does, with types. */
export { UserError } from './errors/user-error.ts';
export type { StudyEvent } from './events/event.ts';
export type { FrontPoint, FrontReport } from './report/front/front.ts';
export { frontRecord } from './report/front/json.ts';
export { type Picked, type PickRule, pick } from './report/front/pick.ts';
export { type SearchOptions, type SearchResult, search } from './study/search/search.ts';
