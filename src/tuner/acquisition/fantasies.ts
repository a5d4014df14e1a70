/** A process conditioned on what each world drew, besides on its trials. */
import { type Cholesky, extendCholesky, timesTransposed, timesUpper } from '../../linalg/cholesky.ts';
import { type Covariance, covarianceBetween, type KernelPlace, type Process } from '../gp/process.ts';
import type { Worlds } from './worlds.ts';

export interface Fantasies {
  readonly covariance: Covariance;
  /** N: the trials', then those that the worlds drew. */
  readonly places: readonly KernelPlace[];
  /** Of their covariance; common to all worlds, since these differ in the draws alone. */
  readonly factor: Cholesky;
  /** By world: the inverse covariance times the standardised outputs, N numbers. */
  readonly alphas: readonly Float64Array[];
}

/** Variance that a draw is taken to have, so that the covariance stays positive definite. */
const nugget = 1e-6;

/** The process of objective `k`. A place that adds nothing to those before it is left out. */
export function conditionOnDraws(process: Process, worlds: Worlds, k: number): Fantasies {
  const { covariance } = process;
  let { factor } = process;
  const places = [...process.places];
  const kept: number[] = [];
  worlds.places[k]!.forEach((place, a) => {
    const column = Float64Array.from(places, each => covarianceBetween(covariance, each, place));
    const extended = extendCholesky(factor, column, covarianceBetween(covariance, place, place) + nugget);
    if (!extended) return;
    factor = extended;
    places.push(place);
    kept.push(a);
  });
  const alphas = worlds.draws.map(draws => {
    const outputs = Float64Array.of(...process.outputs, ...kept.map(a => draws[k]![a]!));
    return timesUpper(factor.inverse, timesTransposed(factor.inverse, outputs));
  });
  return { covariance, places, factor, alphas };
}
