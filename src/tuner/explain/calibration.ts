/** Whether a process knows how little it knows: what it says of every trial that is left out, and how often that holds. */
import { leaveOneOut } from '../gp/leave-one-out.ts';
import type { Process } from '../gp/process.ts';
import type { Configuration, Observed } from '../strategy.ts';

/** A trial, and what is said of it from all the others; in the units of the objective. */
export interface LeftOut {
  readonly configuration: Configuration;
  readonly value: number;
  readonly mean: number;
  /** Of an observation, its noise included. */
  readonly sd: number;
}

export interface Calibration {
  readonly trials: readonly LeftOut[];
  /** Values within mean +- 1.96 sd. */
  readonly inside: number;
}

/** Half the width of a normal distribution's 95 % interval, in standard deviations. */
export const z95 = 1.959963984540054;

/** @param trials those that `process` is conditioned on, in its order */
export function calibrationOf(process: Process, trials: readonly Observed[]): Calibration {
  const { offset, scale } = process.covariance.fit.standardisation;
  const leftOut = leaveOneOut(process).map(({ mean, variance }, a) => ({
    configuration: trials[a]!.configuration,
    value: offset + scale * process.outputs[a]!,
    mean,
    sd: Math.sqrt(variance),
  }));
  return {
    trials: leftOut,
    inside: leftOut.filter(({ value, mean, sd }) => Math.abs(value - mean) <= z95 * sd).length,
  };
}
