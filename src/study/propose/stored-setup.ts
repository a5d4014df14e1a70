/** What a stored study says of how its trials were proposed, and of the limits that they are held to. */
import { isDeepStrictEqual } from 'node:util';
import type { Limits } from '../../objectives/limit.ts';
import { type DenseFigures, denseFiguresOf } from '../../objectives/objectives.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { type Setup, setupFrom, setupRecord } from './setup.ts';

/** A setup that comes back after another one is kept again, so that the latest is always the one in force. */
export async function keptAsLatest(store: Store, study: Study, setup: Setup): Promise<number> {
  const latest = await store.tuning.latestSetup(study.id);
  const record = setupRecord(setup);
  if (latest && isDeepStrictEqual(setupRecord(setupFrom(latest.setup)), setupRecord(setupFrom(record))))
    return latest.id;
  return store.tuning.keepSetup(study.id, latest ? { ...record, follows: latest.id } : record);
}

/** What the next proposal would be made from, by the latest run; null before the first proposal. */
export async function latestSetup(store: Pick<Store, 'trials' | 'tuning'>, study: Study): Promise<Setup | null> {
  const asked = (await store.trials.list(study.id)).some(trial => trial.asked !== null);
  return asked ? storedSetup(store, study) : null;
}

/** Also before the first proposal, where it may hold nothing but limits. */
export async function storedSetup({ tuning }: Pick<Store, 'tuning'>, study: Study): Promise<Setup | null> {
  const latest = await tuning.latestSetup(study.id);
  return latest && setupFrom(latest.setup);
}

/** What candidates are held to; empty without limits. */
export const latestLimits = async (store: Pick<Store, 'tuning'>, study: Study): Promise<Limits> =>
  (await storedSetup(store, study))?.limits ?? {};

/** Throws while the dense model is not measured. */
export async function denseFigures(store: Pick<Store, 'trials'>, study: Study): Promise<DenseFigures> {
  const dense = await store.trials.get(study.id, 0);
  if (dense?.state !== 'complete') throw new Error('limits are measured against the dense model, which is missing');
  return denseFiguresOf(study.objectives, dense.values, dense.observations);
}
