/** The weight that sliced factors stand for. */
import type { FactorRung } from './method.ts';
import { type FullFactors, methodOf } from './methods/methods.ts';

/** [out, inPerGroup, height, width] in float64; `rung` is of the method of the factors. */
export const multipliedOut = (factors: FullFactors, { method, rank }: FactorRung): Float64Array =>
  methodOf(method).multiplyOut(factors, rank);
