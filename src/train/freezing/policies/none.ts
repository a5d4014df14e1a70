/** Trains every weight in every epoch. */
import { allWeights, type FreezingPolicy } from '../policy.ts';

export const none: FreezingPolicy = (_, layers) => allWeights(layers);
