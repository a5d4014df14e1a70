/** Which decay a training uses. */
import type { Network } from '../network/prepare.ts';
import type { TrainingOptions } from '../options.ts';
import { factoredSites } from './factored.ts';
import { addFrobeniusDecay } from './frobenius-decay.ts';
import type { Transformation } from './transformation.ts';
import { addDecayedWeights } from './weight-decay.ts';

export function decayOf(
  { weightDecay, frobeniusDecay }: Pick<TrainingOptions, 'weightDecay' | 'frobeniusDecay'>,
  network: Network,
): Transformation {
  const plain = addDecayedWeights(weightDecay);
  return frobeniusDecay === 0 ? plain : addFrobeniusDecay(frobeniusDecay, factoredSites(network), plain);
}
