/** What is stored of all complete trials, without a look at their samples. */
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { latestLimits } from '../propose/stored-setup.ts';
import type { ReadStore, StoredFigures } from './study-reading.ts';

/** @param before what was read of the study earlier: only the observations that are new since are then read */
export async function storedFigures(
  store: ReadStore,
  study: Study,
  before: StoredFigures | null,
): Promise<StoredFigures> {
  const limits = await latestLimits(store, study);
  const figures = await store.trials.figures(study.id);
  const first = await store.trials.get(study.id, 1);
  return {
    limits,
    figures,
    observations: await observationsOf(store, study, before),
    inFront: new Set((await store.trials.front(study.id)).map(({ number }) => number)),
    begun: figures.length > 1 || first !== null,
    tried: figures.length > 1 || (first !== null && 'finishedSequence' in first),
  };
}

async function observationsOf(
  { trials }: Pick<Store, 'trials'>,
  { id }: Study,
  before: StoredFigures | null,
): Promise<StoredFigures['observations']> {
  if (!before) return trials.observations(id);
  const after = before.figures.reduce((latest, { finishedSequence }) => Math.max(latest, finishedSequence), 0);
  return new Map([...before.observations, ...(await trials.observations(id, after))]);
}
