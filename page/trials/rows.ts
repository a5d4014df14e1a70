/** Rows of all trials, kept up to date by what is new, and as they are shown: filtered and sorted. */
import type { TrialRow, TrialsRecord } from '../../src/serve/api/trials.ts';

export interface Row {
  readonly number: number;
  readonly state: TrialRow[1];
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
  readonly amounts: readonly (number | null)[];
  readonly macs: number | null;
  readonly params: number | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly strategy: string;
  readonly why: string;
  readonly feasible: boolean | null;
}

const rowOf = ([
  number,
  state,
  values,
  standardErrors,
  amounts,
  macs,
  params,
  startedAtMs,
  finishedAtMs,
  strategy,
  why,
  feasible,
]: TrialRow): Row => ({
  ...{ number, state, values, standardErrors, amounts, macs, params, startedAtMs, finishedAtMs, strategy, feasible },
  why: why ?? '',
});

export interface Rows {
  readonly kinds: readonly string[];
  readonly objectives: readonly string[];
  readonly all: readonly Row[];
  readonly front: ReadonlySet<number>;
  readonly confirmed: ReadonlySet<number>;
  /** What the next read asks for; empty to read everything. */
  readonly sequence: number | null;
}

export const noRows: Rows = {
  kinds: [],
  objectives: ['top1'],
  all: [],
  front: new Set(),
  confirmed: new Set(),
  sequence: null,
};

/** Null where the two do not fit together, since trials were judged anew: everything must be read again. */
export function merged(
  before: Rows,
  { kinds, objectives, rows, front, confirmed, sequence, count, beyond }: TrialsRecord,
): Rows | null {
  const byNumber = new Map(before.sequence === null ? [] : before.all.map(row => [row.number, row]));
  for (const row of rows) byNumber.set(row[0], rowOf(row));
  const all = [...byNumber.values()].sort((a, b) => a.number - b.number);
  const fits = all.length === count && all.filter(({ feasible }) => feasible === false).length === beyond;
  if (!fits && before.sequence !== null) return null;
  return { kinds, objectives, all, front: new Set(front), confirmed: new Set(confirmed), sequence };
}

export interface Shown {
  readonly states: ReadonlySet<string>;
  readonly frontOnly: boolean;
  /** Parts of words that a row must have, in lower case; empty for all. */
  readonly find: string;
  /** The key of a column, with a minus for the greatest first. */
  readonly sort: string;
}

/** What a column is sorted by; rows without it come last either way. */
export type SortKey = (row: Row) => number | string | null;

export function shownRows(
  { all, front }: Rows,
  { states, frontOnly, find, sort }: Shown,
  keyOf: (column: string) => SortKey,
): readonly Row[] {
  const wanted = all.filter(
    row =>
      (states.size === 0 || states.has(row.state)) &&
      (!frontOnly || front.has(row.number)) &&
      (find === '' || `${row.number} ${row.state} ${row.strategy} ${row.why}`.toLowerCase().includes(find)),
  );
  const down = sort.startsWith('-');
  const key = keyOf(sort.replace(/^-/, ''));
  const keyed = wanted.map(row => ({ row, key: key(row) }));
  const sign = down ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null)
      return Number(a.key === null) - Number(b.key === null) || a.row.number - b.row.number;
    const order = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
    return sign * order || a.row.number - b.row.number;
  });
  return keyed.map(({ row }) => row);
}
