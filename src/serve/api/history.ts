/** How a search went: hypervolume, objectives and wall time over the finished trials, in as many parts as a chart has room for. */
import { median } from '../../stats/robust.ts';
import { figuresOf, type ObjectiveName } from './figures.ts';
import { type Query, type Source, studyIn } from './reader.ts';
import { parts } from './thinned.ts';
import { type TrialRow, trialRows } from './trial-rows.ts';

/** Consecutive finished trials; one alone while they are few. */
export interface HistoryPart {
  /** In the order in which they were finished, from 1. */
  readonly first: number;
  readonly last: number;
  /** The number of the trial, where it is one alone. */
  readonly trial: number | null;
  /** After the last of them; null before the first complete trial. */
  readonly hypervolume: number | null;
  /** By objective, over the complete ones; null where none is. */
  readonly values: readonly ({
    readonly least: number;
    readonly middle: number;
    readonly most: number;
    /** The best of all so far. */
    readonly best: number;
  } | null)[];
  /** By the stages of the record, in milliseconds. */
  readonly stagesMs: readonly number[];
  readonly failed: number;
  readonly pruned: number;
}

export interface HistoryRecord {
  readonly study: string;
  readonly objectives: readonly ObjectiveName[];
  readonly finished: number;
  readonly stages: readonly { readonly name: string; readonly totalMs: number; readonly trials: number }[];
  readonly parts: readonly HistoryPart[];
}

/** A line over so many parts has one for every third pixel of a wide window. */
const mostParts = 400;

export async function history(source: Source, query: Query): Promise<HistoryRecord> {
  const study = await studyIn(source, query);
  const { rows } = await trialRows(source.store, study);
  const { objectives, all, amounts } = await figuresOf(source.store, study);
  const figures = new Map(all.map(each => [each.number, { ...each, amounts: amounts(each.values) }]));
  const finished = [...rows.values()].sort((a, b) => a.finishedSequence - b.finishedSequence);
  const names = stageNames(finished);
  const best = objectives.map(() => null as number | null);
  let hypervolume: number | null = null;
  let last = 0;
  const made = parts(finished, mostParts).map((part): HistoryPart => {
    const complete = part.flatMap(({ number }) => figures.get(number) ?? []);
    hypervolume = complete.at(-1)?.hypervolume ?? hypervolume;
    const first = last + 1;
    last += part.length;
    return {
      first,
      last,
      trial: part.length === 1 ? (part[0]?.number ?? null) : null,
      hypervolume,
      values: objectives.map(({ better }, k) => {
        const seen = complete.flatMap(each => each.amounts[k] ?? []);
        if (seen.length === 0) return null;
        const [least, most] = [Math.min(...seen), Math.max(...seen)];
        const before = best[k] ?? (better === 'lower' ? least : most);
        best[k] = better === 'lower' ? Math.min(before, least) : Math.max(before, most);
        return { least, middle: median(seen), most, best: best[k] };
      }),
      stagesMs: names.map(name => sum(part.map(row => stageMs(row, name)))),
      failed: part.filter(({ state }) => state === 'failed').length,
      pruned: part.filter(({ state }) => state === 'pruned').length,
    };
  });
  return {
    study: study.name,
    objectives,
    finished: finished.length,
    stages: names.map(name => {
      const times = finished.map(row => stageMs(row, name)).filter(ms => ms > 0);
      return { name, totalMs: sum(times), trials: times.length };
    }),
    parts: made,
  };
}

const order = ['build', 'correction', 'latency', 'accuracy', 'size', 'memory'];
const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

const stageNames = (rows: readonly TrialRow[]): string[] => {
  const found = new Set(rows.flatMap(({ stages }) => Object.keys(stages).map(key => key.replace(/Ms$/, ''))));
  return [...found].filter(name => rows.some(row => stageMs(row, name) > 0)).sort((a, b) => place(a) - place(b));
};

/** The correction is a part of the build, and counted once. */
function stageMs({ stages }: TrialRow, name: string): number {
  const of = (key: string): number =>
    (({ ...stages }) as Readonly<Record<string, number | null | undefined>>)[`${key}Ms`] ?? 0;
  return name === 'build' ? Math.max(0, of('build') - of('correction')) : of(name);
}

const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
