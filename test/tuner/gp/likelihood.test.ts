import { describe, expect, it } from 'vitest';
import { trainingSet } from '../../../src/tuner/gp/fit.ts';
import { hyperprior, parameterCount } from '../../../src/tuner/gp/hyperparameters.ts';
import { negativeLogLikelihood } from '../../../src/tuner/gp/likelihood.ts';
import { inputsOf, inverted, slowMatrix, someFit, trials } from './samples.ts';

describe.each(['even', 'linear', 'root'] as const)('the likelihood with %s inputs', kind => {
  const inputs = inputsOf[kind];

  it('is that of a multivariate normal written out', () => {
    for (const [n, seed] of [
      [1, 1],
      [2, 2],
      [17, 3],
      [40, 4],
    ] as const) {
      const observations = trials(n, seed);
      const fit = someFit(inputs, observations, seed);
      const set = trainingSet(inputs, observations, fit.standardisation);
      const { inverse, logDeterminant } = inverted(slowMatrix(fit, observations));
      const y = [...set.outputs];
      const square = y.reduce((sum, a, i) => sum + a * y.reduce((part, b, j) => part + inverse[i]![j]! * b, 0), 0);
      const expected = 0.5 * (square + logDeterminant + n * Math.log(2 * Math.PI));
      const gradient = new Float64Array(parameterCount(inputs));
      expect(negativeLogLikelihood(set, fit.theta, gradient)).toBeCloseTo(expected, 8);
    }
  });

  it('has the gradient that finite differences have', () => {
    const observations = trials(25, 9);
    const fit = someFit(inputs, observations, 5);
    const set = trainingSet(inputs, observations, fit.standardisation);
    const gradient = new Float64Array(parameterCount(inputs));
    negativeLogLikelihood(set, fit.theta, gradient);
    const at = (p: number, step: number): number => {
      const theta = fit.theta.map((each, q) => (q === p ? each + step : each));
      return negativeLogLikelihood(set, theta, new Float64Array(theta.length));
    };
    for (let p = 0; p < gradient.length; p++) {
      const h = 1e-4;
      const difference = (8 * (at(p, h) - at(p, -h)) - (at(p, 2 * h) - at(p, -2 * h))) / (12 * h);
      expect(Math.abs(gradient[p]! - difference)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(difference)));
    }
  });

  it('and so has the penalty of the hyperprior', () => {
    const { penalty } = hyperprior(inputs);
    const { theta } = someFit(inputs, trials(5, 1), 8);
    const gradient = new Float64Array(theta.length);
    penalty(theta, gradient);
    for (let p = 0; p < theta.length; p++) {
      const at = (step: number): number =>
        penalty(
          theta.map((each, q) => (q === p ? each + step : each)),
          new Float64Array(theta.length),
        );
      expect(gradient[p]!).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6);
    }
  });
});
