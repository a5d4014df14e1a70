import { describe, expect, it } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { quantile } from '../../../src/tuner/acquisition/normal.ts';
import { calibrationOf } from '../../../src/tuner/explain/calibration.ts';
import { evenInputs } from '../../../src/tuner/gp/inputs.ts';
import { condition, type Process } from '../../../src/tuner/gp/process.ts';
import type { Observed } from '../../../src/tuner/strategy.ts';
import { someFit, trials } from '../gp/samples.ts';

/** Values drawn from the prior of the process itself: x = W⁻ᵀ z has the covariance (W Wᵀ)⁻¹. */
function drawn(n: number, seed: number): { process: Process; observed: Observed[] } {
  const observations = { ...trials(n, seed), standardErrors: new Array<number>(n).fill(0) };
  const fit = { ...someFit(evenInputs([4, 6, 5]), observations, 1), standardisation: { offset: 3, scale: 2 } };
  const { factor } = condition(fit, observations);
  const rng = seededRng(seed);
  const z = Array.from({ length: n }, () => quantile(rng.uniform() * 0.999999 + 5e-7));
  const w = factor.inverse.data;
  // Forward substitution in Wᵀ x = z.
  const x: number[] = [];
  for (let a = 0; a < n; a++) {
    const before = x.reduce((sum, each, b) => sum + w[b * n + a]! * each, 0);
    x.push((z[a]! - before) / w[a * n + a]!);
  }
  const values = x.map(each => 3 + 2 * each);
  const observed = observations.configurations.map(
    (configuration, a): Observed => ({
      state: 'complete',
      configuration,
      values: [values[a]!],
      standardErrors: [0],
      feasible: true,
    }),
  );
  return { process: condition(fit, { ...observations, values }), observed };
}

describe('calibration', () => {
  it('holds 95 times in a hundred for values from the process itself', () => {
    const all = [1, 2, 3, 4, 5].map(seed => {
      const { process, observed } = drawn(80, seed);
      return calibrationOf(process, observed);
    });
    const inside = all.reduce((sum, each) => sum + each.inside, 0) / 400;
    expect(inside).toBeGreaterThan(0.92);
    expect(inside).toBeLessThan(0.98);
  });

  it('names every trial with its own value, and fails for a process that is too sure of itself', () => {
    const { process, observed } = drawn(80, 7);
    const { trials: named, inside } = calibrationOf(process, observed);
    named.forEach(({ configuration, value }, a) => {
      expect(configuration).toEqual(observed[a]!.configuration);
      expect(value).toBeCloseTo(observed[a]!.state === 'complete' ? observed[a]!.values[0]! : Number.NaN, 9);
    });
    const { fit } = process.covariance;
    const theta = fit.theta.slice();
    theta[3]! -= 4;
    theta[4]! -= 4;
    const sure = condition(
      { ...fit, theta },
      {
        configurations: observed.map(({ configuration }) => configuration),
        values: named.map(({ value }) => value),
        standardErrors: named.map(() => 0),
      },
    );
    expect(calibrationOf(sure, observed).inside).toBeLessThan(inside - 20);
  });
});
