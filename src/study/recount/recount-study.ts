/**
 * Every stored number that follows from other stored ones, recounted from them: accuracies from the answers image by image,
 * latencies from their samples, objectives, feasibility, front and hypervolume from those. It needs no model, no image and no clock.
 */

import { sha256Of } from '../../host/model-file.ts';
import { frontFor } from '../../objectives/front.ts';
import { constraintsOf, keepsTo } from '../../objectives/limits.ts';
import { denseFiguresOf } from '../../objectives/objectives.ts';
import { judgedAgain } from '../../store/judge.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';
import { latestLimits } from '../propose/proposer.ts';
import { close, type Disagreement } from './disagreement.ts';
import { recountTraining } from './recount-training.ts';
import { type RecountedTrial, recountTrial } from './recount-trial.ts';

export interface Recount {
  /** By number, those of every state. */
  readonly trials: readonly RecountedTrial[];
  readonly disagreements: readonly Disagreement[];
  /** The numbers of the members of the front, as they follow from the values. */
  readonly front: readonly number[];
  /** Of that front; null before the first complete trial. */
  readonly hypervolume: number | null;
  /** By the limits of the study, of complete trials. */
  readonly feasible: ReadonlySet<number>;
}

export interface RecountOptions {
  /** Whether bounds of latencies that take a bootstrap are recounted: of studies from before sessions were kept. */
  readonly bounds: boolean;
}

type Kept = Pick<Store, 'trials' | 'tuning' | 'training'>;

/** A search may go on meanwhile: what disagrees is believed when nothing was written between the first and the last look. */
export async function recountStudy(store: Kept, study: Study, options: RecountOptions): Promise<Recount> {
  for (let left = looks; ; left--) {
    const stored = await store.trials.list(study.id);
    const recount = await recountOf(store, study, stored, options);
    if (recount.disagreements.length === 0 || left === 0) return recount;
    if (stateOf(stored) === stateOf(await store.trials.list(study.id))) return recount;
  }
}

/** A trial takes longer than so many recounts. */
const looks = 10;

/** Changes with every write of a search. */
const stateOf = (trials: readonly Trial[]): string =>
  JSON.stringify(
    trials.map(trial => [
      trial.state,
      ...(trial.state === 'complete' ? [trial.feasible, trial.hypervolume, trial.revisions.length] : []),
      ...('observations' in trial ? trial.observations.map(({ storedAtMs }) => storedAtMs) : []),
    ]),
  );

async function recountOf(
  store: Kept,
  study: Study,
  stored: readonly Trial[],
  { bounds }: RecountOptions,
): Promise<Recount> {
  const dense = stored.find(({ number }) => number === 0);
  const denseSamples = dense ? await store.trials.samples(dense.id) : [];
  const { objectives } = study;
  const question = { objectives, studySeed: study.seed, proxyImages: study.proxy.images, dense: denseSamples, bounds };
  const trials: RecountedTrial[] = [];
  for (const trial of stored) trials.push(recountTrial(trial, await store.trials.samples(trial.id), question));

  const constraints = await constraintsFor(store, study, trials);
  const complete = trials.flatMap(({ trial, values }) => (trial.state === 'complete' ? [{ ...trial, values }] : []));
  const judged = judgedAgain(complete, ({ values }) => keepsTo(constraints, values), frontFor(objectives));
  const inFront = new Set((await store.trials.front(study.id)).map(({ number }) => number));
  return {
    trials,
    front: judged.members,
    hypervolume: judged.trials.at(-1)?.hypervolume ?? null,
    feasible: new Set(judged.trials.filter(({ feasible }) => feasible).map(({ number }) => number)),
    disagreements: [
      ...texts(study),
      ...trials.flatMap(({ disagreements }) => disagreements),
      ...judged.trials.flatMap(now => {
        const before = stored.find(({ number }) => number === now.number);
        return before?.state === 'complete' ? judgedDifferently(before, now, inFront, judged.members) : [];
      }),
      ...(await trainings(store, stored)),
    ],
  };
}

/** None before a first proposal: limits are applied when the first candidate is asked for. */
async function constraintsFor(
  store: Pick<Store, 'tuning'>,
  study: Study,
  trials: readonly RecountedTrial[],
): Promise<ReturnType<typeof constraintsOf>> {
  const dense = trials.find(({ trial }) => trial.number === 0);
  if (dense?.trial.state !== 'complete' || trials.length === 1) return [];
  const figures = denseFiguresOf(study.objectives, dense.values, dense.samples);
  return constraintsOf(study.objectives, await latestLimits(store, study), figures);
}

function judgedDifferently(
  before: Extract<Trial, { state: 'complete' }>,
  now: { readonly feasible: boolean; readonly hypervolume: number },
  inFront: ReadonlySet<number>,
  members: readonly number[],
): Disagreement[] {
  const of = { trial: before.number, phase: null };
  const words = (is: boolean): string => (is ? 'yes' : 'no');
  const is = members.includes(before.number);
  return [
    ...(before.feasible === now.feasible
      ? []
      : [{ ...of, figure: 'feasibility' as const, stored: words(before.feasible), recounted: words(now.feasible) }]),
    ...(inFront.has(before.number) === is
      ? []
      : [{ ...of, figure: 'front' as const, stored: words(!is), recounted: words(is) }]),
    ...(close(before.hypervolume, now.hypervolume, 1e-9)
      ? []
      : [{ ...of, figure: 'hypervolume' as const, stored: before.hypervolume, recounted: now.hypervolume }]),
  ];
}

async function trainings({ training }: Pick<Store, 'training'>, trials: readonly Trial[]): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const { id, number } of trials) {
    for (const run of await training.list(id)) {
      const { epochs } = await training.metrics(run.id);
      found.push(...recountTraining(number, run, epochs));
    }
  }
  return found;
}

/** The texts that decide a search have the hashes that they had. */
const texts = ({ space, hardware }: Study): Disagreement[] =>
  (
    [
      ['search space', space],
      ['hardware profile', hardware],
    ] as const
  ).flatMap(([figure, { text, sha256 }]) => {
    const recounted = sha256Of(new TextEncoder().encode(text));
    return recounted === sha256 ? [] : [{ trial: null, phase: null, figure, stored: sha256, recounted }];
  });
