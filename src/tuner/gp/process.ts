/**
 * A Gaussian process with given parameters, conditioned on trials.
 *
 * Notation as in `likelihood.ts`; k(x) the covariances of f(x) with the n trials, W Wᵀ = K⁻¹. At a configuration x
 * (Rasmussen and Williams 2006, equations 2.25 and 2.26):
 *
 *   mean(x) = k(x)ᵀ alpha,   variance(x) = k(x, x) - |Wᵀ k(x)|²,
 *
 * both of f, without the noise of an observation, in the units of the objective once scaled back.
 */
import { type Cholesky, cholesky, extendCholesky, solveCholesky, timesTransposed } from '../../linalg/cholesky.ts';
import { zeros } from '../../linalg/matrix.ts';
import type { Configuration } from '../strategy.ts';
import type { Fit, Observations } from './fit.ts';
import { constantVariance, parameterPlaces, slopeVariance } from './hyperparameters.ts';
import { bend, commonWalk, walkOf } from './inputs.ts';
import { jitters } from './likelihood.ts';
import { matern } from './matern.ts';

/** A prediction of f, in the units of the objective. */
export interface Prediction {
  readonly mean: number;
  readonly variance: number;
}

/** A fit with what its covariance needs, ready to use. */
export interface Covariance {
  readonly fit: Fit;
  /** c_i(j) / l_i by site and rung. */
  readonly coordinates: readonly Float64Array[];
  /** w_i t_i(j) / T by site and rung; null without a table. */
  readonly weighted: readonly Float64Array[] | null;
  readonly scale2: number;
  readonly noise2: number;
  readonly tableScale2: number;
  readonly inverseTableLength2: number;
  readonly walkScale2: number;
}

function covarianceOf(fit: Fit): Covariance {
  const { inputs, theta } = fit;
  const places = parameterPlaces(inputs.coordinates.length);
  const { table } = inputs;
  return {
    fit,
    coordinates: inputs.coordinates.map((ladder, i) => Float64Array.from(ladder, c => c * Math.exp(-theta[i]!))),
    weighted:
      table?.values.map((ladder, i) => Float64Array.from(ladder, t => t * Math.exp(theta[places.weights + i]!))) ??
      null,
    scale2: Math.exp(theta[places.scale]!),
    noise2: Math.exp(theta[places.noise]!),
    tableScale2: table ? Math.exp(theta[places.tableScale]!) : 0,
    walkScale2: table ? Math.exp(theta[places.walkScale]!) : 0,
    inverseTableLength2: table ? Math.exp(-2 * theta[places.tableLength]!) : 0,
  };
}

/** Scaled coordinates, v and walks of a configuration. */
export interface KernelPlace {
  readonly x: Float64Array;
  readonly v: number;
  /** z and e; empty without a table. */
  readonly z: Float64Array;
}

export function kernelPlaceOf(covariance: Covariance, configuration: Configuration): KernelPlace {
  const x = Float64Array.from(configuration, (rung, i) => covariance.coordinates[i]![rung]!);
  const { table } = covariance.fit.inputs;
  if (!table) return { x, v: 0, z: new Float64Array(0) };
  return { x, v: bend(tableSum(covariance, configuration), table.shape), z: walkOf(table, configuration) };
}

/** u; 0 without a table. */
export const tableSum = ({ weighted }: Covariance, configuration: Configuration): number =>
  weighted ? configuration.reduce((sum, rung, i) => sum + weighted[i]![rung]!, 0) : 0;

/** Covariance from r², the two v and what their walks have in common. */
export function covarianceAt(c: Covariance, r2: number, v: number, w: number, common: number): number {
  const value = constantVariance + c.scale2 * matern(r2);
  if (!c.weighted) return value;
  const bent = c.tableScale2 * matern((v - w) ** 2 * c.inverseTableLength2);
  return value + slopeVariance * v * w + bent + c.walkScale2 * common;
}

export function covarianceBetween(c: Covariance, a: KernelPlace, b: KernelPlace): number {
  let r2 = 0;
  for (let i = 0; i < a.x.length; i++) r2 += (a.x[i]! - b.x[i]!) ** 2;
  return covarianceAt(c, r2, a.v, b.v, commonWalk(a.z, b.z));
}

export interface Process {
  readonly covariance: Covariance;
  readonly places: readonly KernelPlace[];
  /** Standardised. */
  readonly outputs: Float64Array;
  readonly factor: Cholesky;
  readonly alpha: Float64Array;
}

/** Conditions on all trials at once. */
export function condition(fit: Fit, { configurations, values, standardErrors }: Observations): Process {
  const covariance = covarianceOf(fit);
  const places = configurations.map(each => kernelPlaceOf(covariance, each));
  const n = places.length;
  const k = zeros(n, n);
  let trace = 0;
  for (let a = 0; a < n; a++) {
    for (let b = a; b < n; b++) k.data[a * n + b] = covarianceBetween(covariance, places[a]!, places[b]!);
    k.data[a * n + a]! += noiseOf(covariance, standardErrors[a]!);
    trace += k.data[a * n + a]!;
  }
  let added = 0;
  for (const jitter of jitters) {
    const more = (jitter * trace) / n - added;
    for (let a = 0; a < n; a++) k.data[a * n + a]! += more;
    added += more;
    const factor = cholesky(k);
    if (factor) return withOutputs(covariance, places, outputsOf(fit, values), factor);
  }
  throw new Error('a covariance matrix with a ten-thousandth of its mean diagonal added is not positive definite');
}

/** After one more trial: a row more in the factor, O(n²). Where that row adds nothing new, it counts as a noisy one. */
export function withTrial(
  process: Process,
  configuration: Configuration,
  value: number,
  standardError: number,
): Process {
  const { covariance, places, outputs } = process;
  const place = kernelPlaceOf(covariance, configuration);
  const k = covariancesWith(process, place);
  const d = covarianceBetween(covariance, place, place) + noiseOf(covariance, standardError);
  const factor = extend(process.factor, k, d);
  const [output] = outputsOf(covariance.fit, [value]);
  return withOutputs(covariance, [...places, place], Float64Array.of(...outputs, output!), factor);
}

function extend(factor: Cholesky, k: Float64Array, d: number): Cholesky {
  for (const jitter of jitters) {
    const extended = extendCholesky(factor, k, d * (1 + jitter));
    if (extended) return extended;
  }
  return extendCholesky(factor, k, 2 * d) ?? extendCholesky(factor, new Float64Array(k.length), d)!;
}

const withOutputs = (
  covariance: Covariance,
  places: readonly KernelPlace[],
  outputs: Float64Array,
  factor: Cholesky,
): Process => ({ covariance, places, outputs, factor, alpha: solveCholesky(factor, outputs) });

/** Noise variance of one observation, standardised. */
export const noiseOf = ({ fit, noise2 }: Covariance, standardError: number): number =>
  noise2 + (Number.isFinite(standardError) ? (standardError / fit.standardisation.scale) ** 2 : 0);

const outputsOf = ({ standardisation: { offset, scale } }: Fit, values: readonly number[]): Float64Array =>
  Float64Array.from(values, value => (value - offset) / scale);

/** k(x), n. */
export function covariancesWith({ covariance, places }: Process, place: KernelPlace): Float64Array {
  const k = new Float64Array(places.length);
  for (let a = 0; a < k.length; a++) k[a] = covarianceBetween(covariance, places[a]!, place);
  return k;
}

export function predict(process: Process, configuration: Configuration): Prediction {
  const { covariance, factor, alpha } = process;
  const place = kernelPlaceOf(covariance, configuration);
  const k = covariancesWith(process, place);
  const { offset, scale } = covariance.fit.standardisation;
  let mean = 0;
  let variance = covarianceBetween(covariance, place, place);
  const l = timesTransposed(factor.inverse, k);
  for (let a = 0; a < k.length; a++) {
    mean += k[a]! * alpha[a]!;
    variance -= l[a]! ** 2;
  }
  return { mean: offset + scale * mean, variance: scale ** 2 * Math.max(0, variance) };
}
