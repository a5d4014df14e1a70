/** Rankfront as a library: what the command line does, with types. */
export { UserError } from './errors/user-error.ts';
export type { StudyEvent } from './report/event.ts';
export type { FrontPoint, FrontReport } from './report/front-report.ts';
export { frontRecord } from './report/json.ts';
export { type Picked, type PickRule, pick } from './report/pick.ts';
export { type SearchOptions, type SearchResult, search } from './study/search.ts';
