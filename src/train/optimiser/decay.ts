/** Which decay a training uses. */
import type { Network } from '../network/prepare.ts';
import type { TrainingOptions } from '../options.ts';
import type { Transformation } from './transformation.ts';
import { addDecayedWeights } from './weight-decay.ts';

export function decayOf(
  { weightDecay }: Pick<TrainingOptions, 'weightDecay' | 'frobeniusDecay'>,
  _: Network,
): Transformation {
  return addDecayedWeights(weightDecay);
}
