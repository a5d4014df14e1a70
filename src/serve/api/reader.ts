/** What answers one address of the page's API: a function from a store and a query to a record that JSON holds. */
import type { Site } from '../../decompose/site.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { StudyReading } from '../../study/read/study-reading.ts';

/** The store, and what was read of it already. */
export interface Source {
  readonly store: Store;
  /** Of the store, as commands take it. */
  readonly place: string;
  /** The study of that name. Throws a `NotFound` when there is none. */
  readonly study: (name: string) => Promise<Study>;
  /** What is read of a study as `front` and `pick` do; the same object until the study changes. */
  readonly reading: (study: Study) => Promise<StudyReading>;
  /** Of the dense model; null where its file is not where it was. */
  readonly sites: (study: Study) => readonly Site[] | null;
  /**
   * Something small that follows from a study, made once for each of its revisions.
   *
   * @param name tells it from others of the same study
   */
  readonly kept: <T>(study: Pick<Study, 'id'>, name: string, make: () => Promise<T>) => Promise<T>;
}

/** The values of a query by name; where a name stands twice, the last. */
export type Query = Readonly<Record<string, string | undefined>>;

export type Reader<R> = (source: Source, query: Query) => Promise<R>;

/** What was asked for is not in the store: status 404. */
export class NotFound extends Error {}

/** The query is not one that a reader takes: status 400. */
export class BadQuery extends Error {}

/** @throws NotFound when the query names no study that is there */
export const studyIn = ({ study }: Source, query: Query): Promise<Study> => study(required(query, 'study'));

/** @throws BadQuery where it is missing */
export function required(query: Query, name: string): string {
  const value = query[name];
  if (value === undefined || value === '') throw new BadQuery(`The address lacks "${name}".`);
  return value;
}

/** A whole number from 0 on; null where it is missing. Throws a BadQuery for anything else. */
export function wholeIn(query: Query, name: string): number | null {
  const text = query[name];
  if (text === undefined) return null;
  const value = Number(text);
  if (/^\d{1,15}$/.test(text)) return value;
  throw new BadQuery(`"${name}" is no whole number.`);
}

/** Of whatever state. */
export async function trialCount({ store }: Source, { name }: Study): Promise<number> {
  const summary = (await store.studies.list()).find(each => each.name === name);
  return Object.values(summary?.trials ?? {}).reduce((sum, each) => sum + each, 0);
}
