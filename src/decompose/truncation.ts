/**
 * How much of a weight a rung leaves out, in closed form; of data-aware factors, how much of the output in the metric that they were made
 * for. What a rung costs at the output on the calibration images themselves is told by `outputErrors`.
 */
import type { Rung } from './method.ts';
import type { TruncationError } from './methods/factor-method.ts';
import { type FullFactors, methodOf } from './methods/methods.ts';

export function truncationError(factors: FullFactors, rung: Rung): TruncationError {
  if (rung.method === 'dense') return { relative: 0, bound: 0 };
  if (rung.method !== factors.method) {
    throw new Error(`the factors were made by ${factors.method}, the rung asks for ${rung.method}`);
  }
  return methodOf(rung.method).truncation(factors, rung.rank);
}
