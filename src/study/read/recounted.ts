/** Trials of a study, recounted from their samples. */
import { isDeepStrictEqual } from 'node:util';
import type { StoredObservation } from '../../store/observation.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import type { Trial } from '../../store/trial.ts';
import { type RecountedTrial, recountTrial } from '../recount/recount-trial.ts';

/** What was recounted before, by number. */
export type Recounted = ReadonlyMap<number, RecountedTrial>;

/** What was recounted of a trial, where it is still the same with all that was observed of it; null else. */
export function unchanged(trial: Trial, before: Recounted | null): RecountedTrial | null {
  const found = before?.get(trial.number);
  return found && isDeepStrictEqual(found.trial, trial) ? found : null;
}

/** @param before made with the same dense model */
export async function recountedOf(
  { trials }: Pick<Store, 'trials'>,
  { id, objectives, seed, proxy }: Study,
  numbers: readonly number[],
  dense: readonly StoredObservation[],
  before: Recounted | null,
): Promise<RecountedTrial[]> {
  const question = { objectives, studySeed: seed, proxyImages: proxy.images, dense, bounds: false };
  const found: RecountedTrial[] = [];
  for (let from = 0; from < numbers.length; from += atOnce)
    for (const trial of await trials.list(id, { numbers: numbers.slice(from, from + atOnce) }))
      found.push(unchanged(trial, before) ?? recountTrial(trial, await trials.samples(trial.id), question));
  return found;
}

/** Databases bound how many values a question may have. */
const atOnce = 500;
