/**
 * What a process would have said of each trial had it not seen it, with the parameters held (Rasmussen and Williams 2006,
 * equations 5.10 to 5.12): mean_a = y_a - alpha_a / (K⁻¹)_aa, variance_a = 1 / (K⁻¹)_aa, of the observation with its noise.
 */
import type { Prediction, Process } from './process.ts';

/** One prediction per trial, in the units of the objective. */
export function leaveOneOut({ covariance, factor, outputs, alpha }: Process): Prediction[] {
  const { offset, scale } = covariance.fit.standardisation;
  const n = outputs.length;
  return Array.from(outputs, (output, a) => {
    let precision = 0;
    for (let b = a; b < n; b++) precision += factor.inverse.data[a * n + b]! ** 2;
    return { mean: offset + scale * (output - alpha[a]! / precision), variance: scale ** 2 / precision };
  });
}

/** The sum over trials of the log density of what was observed under what was left out: higher is better. */
export function logPredictiveDensity(process: Process): number {
  const { covariance, outputs } = process;
  const { offset, scale } = covariance.fit.standardisation;
  return leaveOneOut(process).reduce((sum, { mean, variance }, a) => {
    const value = offset + scale * outputs[a]!;
    return sum - 0.5 * (Math.log(2 * Math.PI * variance) + (value - mean) ** 2 / variance);
  }, 0);
}
