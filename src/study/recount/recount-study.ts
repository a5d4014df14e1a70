/**
 * Every stored number that follows from other stored ones, recounted from them: accuracies from the answers image by image,
 * latencies from their samples, objectives, feasibility, front and hypervolume from those. It needs no model, no image and no clock, and
 * as long as a study is large: what reads a front recounts what it prints (`readStudy`).
 */
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';
import { latestLimits } from '../propose/stored-setup.ts';
import type { Disagreement } from './disagreement.ts';
import { constraintsIn, judgedStudy } from './judged.ts';
import { textsOf, trainingsOf } from './of-study.ts';
import { type RecountedTrial, recountTrial } from './recount-trial.ts';
import { whenSettled } from './when-settled.ts';

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

type Kept = Pick<Store, 'studies' | 'trials' | 'tuning' | 'training'>;

/** A search may go on meanwhile. */
export const recountStudy = (store: Kept, study: Study, options: RecountOptions): Promise<Recount> =>
  whenSettled(
    store,
    study,
    () => recountOf(store, study, options),
    ({ disagreements }) => disagreements.length === 0,
  );

async function recountOf(store: Kept, study: Study, { bounds }: RecountOptions): Promise<Recount> {
  const stored: readonly Trial[] = await store.trials.list(study.id);
  const dense = stored.find(({ number }) => number === 0);
  const denseSamples = dense ? await store.trials.samples(dense.id) : [];
  const { objectives } = study;
  const question = { objectives, studySeed: study.seed, proxyImages: study.proxy.images, dense: denseSamples, bounds };
  const trials: RecountedTrial[] = [];
  for (const trial of stored) trials.push(recountTrial(trial, await store.trials.samples(trial.id), question));

  const complete = trials.flatMap(({ trial, values }) => (trial.state === 'complete' ? [{ ...trial, values }] : []));
  const measured = complete.find(({ number }) => number === 0);
  const constraints = constraintsIn(
    study,
    await latestLimits(store, study),
    measured ? { values: measured.values, observations: denseSamples } : null,
    trials.length > 1,
  );
  const inFront = new Set((await store.trials.front(study.id)).map(({ number }) => number));
  const judged = judgedStudy(study, complete, constraints, inFront);
  return {
    trials,
    front: judged.front,
    hypervolume: judged.hypervolume,
    feasible: judged.feasible,
    disagreements: [
      ...textsOf(study),
      ...trials.flatMap(({ disagreements }) => disagreements),
      ...judged.disagreements,
      ...(await trainingsOf(store, stored)),
    ],
  };
}
