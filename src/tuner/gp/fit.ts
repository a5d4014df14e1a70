/** Maximum a posteriori parameters: the likelihood times the beliefs, climbed from several starts. */
import type { Rng } from '../../random/rng.ts';
import type { Configuration } from '../strategy.ts';
import { hyperprior } from './hyperparameters.ts';
import { commonWalks, coordinateRows, type Inputs, tableRows } from './inputs.ts';
import { minimise } from './lbfgs.ts';
import { negativeLogLikelihood, type TrainingSet } from './likelihood.ts';

/** What was observed of one objective: configurations, values and the standard errors that came with them. */
export interface Observations {
  readonly configurations: readonly Configuration[];
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
}

/** Outputs are (value - offset) / scale. */
export interface Standardisation {
  readonly offset: number;
  readonly scale: number;
}

export interface Fit {
  readonly inputs: Inputs;
  /** As in `hyperparameters.ts`. */
  readonly theta: Float64Array;
  readonly standardisation: Standardisation;
  /** -ln of the posterior density, up to a constant that depends on the inputs' number. */
  readonly value: number;
}

/** Mean and standard deviation; values that are all equal are left at their scale. */
export function standardisationOf(values: readonly number[]): Standardisation {
  const offset = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - offset) ** 2, 0) / values.length;
  const scale = Math.sqrt(variance);
  return { offset, scale: scale > 1e-12 * Math.abs(offset) ? scale : Math.abs(offset) || 1 };
}

export function trainingSet(
  inputs: Inputs,
  { configurations, values, standardErrors }: Observations,
  { offset, scale }: Standardisation,
): TrainingSet {
  const { table } = inputs;
  return {
    n: values.length,
    d: inputs.coordinates.length,
    coordinates: coordinateRows(inputs, configurations),
    table: table && {
      rows: tableRows(table, configurations),
      shape: table.shape,
      common: commonWalks(table, configurations),
    },
    outputs: Float64Array.from(values, value => (value - offset) / scale),
    noise: Float64Array.from(standardErrors, error => (Number.isFinite(error) ? (error / scale) ** 2 : 0)),
  };
}

export interface FitOptions {
  /** Where the last fit ended. */
  readonly warm: Float64Array | null;
  /** Starts drawn around the beliefs, beside their mode and the warm one. */
  readonly draws: number;
  readonly maxSteps: number;
}

/**
 * The best of several climbs: from the warm start, from the mode of the beliefs (short lengthscales), from their median
 * (long ones, nearly linear) and from draws. With a warm start and no draws only the first is climbed.
 */
export function fitParameters(
  inputs: Inputs,
  observations: Observations,
  { warm, draws, maxSteps }: FitOptions,
  rng: Rng,
): Fit {
  const standardisation = standardisationOf(observations.values);
  const set = trainingSet(inputs, observations, standardisation);
  const { bounds, mode, sds, penalty } = hyperprior(inputs);
  const d = set.d;
  const starts: Float64Array[] = warm ? [warm] : [];
  if (!warm || draws > 0) {
    const long = mode.map((each, p) => (p < d ? each + sds[p]! ** 2 : each));
    starts.push(mode, long);
    for (let s = 0; s < draws; s++) {
      const length = rng.uniform();
      // All lengthscales move together half of the way: inputs differ less from each other than studies do.
      starts.push(
        mode.map((each, p) =>
          p < d
            ? each + sds[p]! ** 2 * length + (rng.uniform() - 0.5) * sds[p]!
            : each + (rng.uniform() - 0.5) * sds[p]!,
        ),
      );
    }
  }
  const objective = (theta: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    return penalty(theta, gradient) + negativeLogLikelihood(set, theta, gradient);
  };
  let best = { x: mode, value: Number.POSITIVE_INFINITY };
  for (const start of starts) {
    const found = minimise(objective, start, bounds, maxSteps);
    if (found.value < best.value) best = found as typeof best;
  }
  return { inputs, theta: best.x, standardisation, value: best.value };
}
