/**
 * The parameters of a Gaussian process, all as logarithms in one vector, and what is believed of them beforehand.
 *
 * Layout for d inputs: ln l_1 .. ln l_d, ln s², ln sigma²; with a table also ln s_u², ln l_u, ln w_1 .. ln w_d,
 * ln s_w².
 *
 * Beliefs, for outputs of mean 0 and variance 1:
 * - l_i is LogNormal(sqrt(2) + ln(d) / 2, sqrt(3)): typical distances grow as sqrt(d), so lengthscales do (Hvarfner,
 *   Hellsten and Nardi 2024, arXiv 2402.02229). The density is that of l_i, whose mode is exp(mean - variance).
 * - s² (variance of the part that no table explains) and s_u² are log-normal around 1, wide, or around a tenth with a table.
 * - sigma² (noise beyond what was reported) is log-normal around exp(-8), wide: trials may be exact, or their standard
 *   errors too small.
 * - s_w² (variance of all sites' own ladders, beside their table) is log-normal around a tenth, wide.
 * - l_u is log-normal around 1/2 and w_i around 1, as wide as the table says.
 */
import type { Inputs } from './inputs.ts';
import type { Bounds } from './lbfgs.ts';

/** Variance of the constant mean before any trial. */
export const constantVariance = 1;
/** Variance of the slope along v, which runs from 0 to about 1 while outputs have variance 1. */
export const slopeVariance = 25;

export const parameterCount = ({ coordinates, table }: Inputs): number =>
  coordinates.length + 2 + (table ? 3 + coordinates.length : 0);

/** Where things are. */
export const parameterPlaces = (d: number) => ({
  scale: d,
  noise: d + 1,
  tableScale: d + 2,
  tableLength: d + 3,
  weights: d + 4,
  walkScale: 2 * d + 4,
});

interface Belief {
  readonly mean: number;
  readonly sd: number;
  /** Added to the log density per unit of the logarithm: -1 where the density is that of the parameter itself. */
  readonly tilt: number;
  readonly lower: number;
  readonly upper: number;
}

function beliefsOf({ coordinates, table }: Inputs): Belief[] {
  const d = coordinates.length;
  const movable = Math.max(1, coordinates.filter(ladder => ladder.length > 1).length);
  const length: Belief = {
    mean: Math.SQRT2 + 0.5 * Math.log(movable),
    sd: Math.sqrt(3),
    tilt: -1,
    lower: Math.log(0.01),
    upper: Math.log(1e3),
  };
  const scale: Belief = { mean: table ? Math.log(0.1) : 0, sd: 1.5, tilt: 0, lower: -12, upper: 6 };
  const noise: Belief = { mean: -8, sd: 3, tilt: 0, lower: Math.log(1e-7), upper: 0 };
  const all = [...Array.from({ length: d }, () => length), scale, noise];
  if (!table) return all;
  const weight: Belief = { mean: 0, sd: table.logWeightSd, tilt: 0, lower: -6, upper: 6 };
  return [
    ...all,
    { mean: Math.log(0.1), sd: 1.5, tilt: 0, lower: -12, upper: 6 },
    { mean: Math.log(0.5), sd: 1, tilt: 0, lower: Math.log(0.02), upper: Math.log(100) },
    ...Array.from({ length: d }, () => weight),
    { mean: Math.log(0.1), sd: 1.5, tilt: 0, lower: -12, upper: 6 },
  ];
}

export interface Hyperprior {
  readonly bounds: Bounds;
  /** The most probable parameters. */
  readonly mode: Float64Array;
  /** Standard deviations of the logarithms. */
  readonly sds: Float64Array;
  /** -ln p(theta) up to a constant; adds its gradient to `gradient`. */
  readonly penalty: (theta: Float64Array, gradient: Float64Array) => number;
}

export function hyperprior(inputs: Inputs): Hyperprior {
  const each = beliefsOf(inputs);
  return {
    bounds: { lower: Float64Array.from(each, b => b.lower), upper: Float64Array.from(each, b => b.upper) },
    mode: Float64Array.from(each, b => b.mean + b.tilt * b.sd ** 2),
    sds: Float64Array.from(each, b => b.sd),
    penalty: (theta, gradient) =>
      each.reduce((sum, { mean, sd, tilt }, p) => {
        const z = (theta[p]! - mean) / sd;
        gradient[p]! += z / sd - tilt;
        return sum + 0.5 * z ** 2 - tilt * theta[p]!;
      }, 0),
  };
}
