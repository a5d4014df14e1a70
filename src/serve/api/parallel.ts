/** Trials as lines over their sites and objectives: the best of them, so that lines can be told apart. */
import { positionOf } from '../../objectives/objectives.ts';
import { dominanceRanks } from '../../tuner/pareto/sort.ts';
import { figuresOf, type ObjectiveName } from './figures.ts';
import { BadQuery, type Query, type Source, studyIn, wholeIn } from './reader.ts';
import { thinned } from './thinned.ts';
import { trialRows } from './trial-rows.ts';

export interface ParallelLine {
  readonly trial: number;
  /** Places in the ladders, the last of each being dense. */
  readonly rungs: readonly number[];
  /** Amounts by objective: milliseconds, shares, bytes. */
  readonly values: readonly (number | null)[];
  readonly onFront: boolean;
}

export interface ParallelRecord {
  readonly study: string;
  readonly objectives: readonly ObjectiveName[];
  /** In the order of the network. `rungs` holds the names of those that were tried; empty for others. */
  readonly sites: readonly { readonly site: string; readonly rungs: readonly string[] }[];
  readonly lines: readonly ParallelLine[];
  /** Complete trials in all, and those among the best that were asked for. */
  readonly complete: number;
  readonly chosen: number;
  /** Per cent of the trials that were taken. */
  readonly top: number;
}

/** More lines than these are a grey block. */
const mostLines = 500;

/** So many are told apart without leaving any out. */
const few = 100;

/** `top`: per cent of the trials, 1 to 100, without it all of a few and a quarter of many; `by`: the name of an objective, or `front` for nearness to the front. */
export async function parallel(source: Source, query: Query): Promise<ParallelRecord> {
  const study = await studyIn(source, query);
  const asked = wholeIn(query, 'top');
  const by = query.by ?? 'front';
  if (asked !== null && (asked < 1 || asked > 100)) throw new BadQuery('"top" is no percentage from 1 to 100.');
  if (by !== 'front' && !study.objectives.includes(by)) throw new BadQuery('"by" names no objective of the study.');
  const { sites, labels, rows } = await trialRows(source.store, study);
  const { objectives, all, amounts } = await figuresOf(source.store, study);
  const top = asked ?? (all.length <= few ? 100 : 25);
  const members = new Set((await source.store.trials.front(study.id)).map(({ number }) => number));
  const at = study.objectives.indexOf(by);
  const order =
    by === 'front' ? nearestFirst(all, study.objectives) : [...all].sort((a, b) => valueAt(a, at) - valueAt(b, at));
  const best = order.slice(0, Math.max(1, Math.ceil((all.length * top) / 100)));
  const drawn = thinned(best, mostLines, ({ number }) => members.has(number) || number === 0);
  return {
    study: study.name,
    objectives,
    sites: sites.map((site, i) => ({
      site,
      rungs: Array.from({ length: labels[i]?.length ?? 0 }, (_, rung) => labels[i]?.[rung] ?? ''),
    })),
    lines: drawn.flatMap(({ number, values }) => {
      const row = rows.get(number);
      return row
        ? [{ trial: number, rungs: [...row.rungs], values: amounts(values), onFront: members.has(number) }]
        : [];
    }),
    complete: all.length,
    chosen: best.length,
    top,
  };
}

interface Valued {
  readonly values: readonly number[];
}

const valueAt = ({ values }: Valued, place: number): number => values[place] ?? Number.POSITIVE_INFINITY;

/** By rank of dominance, then by latency. */
function nearestFirst<T extends Valued>(all: readonly T[], names: readonly string[]): T[] {
  const latency = positionOf(names, 'latency');
  const usable = all.filter(({ values }) => values.every(Number.isFinite));
  const ranks = dominanceRanks(usable.map(({ values }) => values));
  return usable
    .map((each, i) => ({ each, rank: ranks[i] ?? 0 }))
    .sort((a, b) => a.rank - b.rank || valueAt(a.each, latency) - valueAt(b.each, latency))
    .map(({ each }) => each);
}
