/** One trial: everything that `rankfront show` has, and the raw samples of its latencies. */
import type { TrialView } from '../../report/trial-report.ts';
import type { Phase } from '../../store/observation.ts';
import { alsoRecounted } from '../../study/read/reading.ts';
import { trialView } from '../../study/read/trial-view.ts';
import { NotFound, type Query, required, type Source, studyIn, trialCount, wholeIn } from './reader.ts';

export interface LatencyTrace {
  readonly phase: Phase;
  /** Milliseconds, in the order in which they were taken, candidate and dense model side by side. */
  readonly candidateMs: readonly number[];
  readonly denseMs: readonly number[];
  /** How many pairs each session gave, in the same order; empty where that was not kept. */
  readonly sessionPairs: readonly number[];
  readonly good: boolean;
}

export interface TrialAnswer {
  readonly view: TrialView;
  /** Of the store, for commands. */
  readonly store: string;
  readonly traces: readonly LatencyTrace[];
  /** The rank that each site has, for trials whose model is not where it was. */
  readonly configuration: Readonly<Record<string, { readonly method: string; readonly rank: unknown }>>;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly requeues: number;
  /** What it had before it was measured again, oldest first. */
  readonly revisions: number;
  /** The highest number of a trial, to step through them. */
  readonly last: number;
}

export async function trial(source: Source, query: Query): Promise<TrialAnswer> {
  const study = await studyIn(source, query);
  required(query, 'number');
  const number = wholeIn(query, 'number') ?? 0;
  const { trials } = source.store;
  const found = await trials.get(study.id, number);
  if (!found) throw new NotFound(`Study "${study.name}" has no trial ${number}.`);
  const reading = await source.reading(study);
  // What was read for all holds only the trials of the front; others are recounted one by one.
  const named = await alsoRecounted(source.store, reading, number);
  const samples = await trials.samples(found.id);
  return {
    view: await trialView(source.store, study, found, source.sites(study) ?? [], named),
    store: source.place,
    traces: samples.flatMap(each =>
      each.kind === 'latency'
        ? [
            {
              phase: each.phase,
              candidateMs: each.candidateSamplesMs,
              denseMs: each.referenceSamplesMs,
              sessionPairs: each.conditions?.sessionPairs ?? [],
              good: each.quality === 'good',
            },
          ]
        : [],
    ),
    configuration: Object.fromEntries(
      Object.entries(found.assignment).map(([site, rung]) => [
        site,
        { method: rung.method, rank: rung.method === 'dense' ? null : rung.rank },
      ]),
    ),
    startedAtMs: found.startedAtMs,
    finishedAtMs: 'finishedAtMs' in found ? found.finishedAtMs : null,
    requeues: found.requeues,
    revisions: found.state === 'complete' ? found.revisions.length : 0,
    last: (await trialCount(source, study)) - 1,
  };
}
