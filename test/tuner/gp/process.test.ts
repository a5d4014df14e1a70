import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { standardisationOf, trainingSet } from '../../../src/tuner/gp/fit.ts';
import { evenInputs } from '../../../src/tuner/gp/inputs.ts';
import { leaveOneOut } from '../../../src/tuner/gp/leave-one-out.ts';
import { negativeLogLikelihood } from '../../../src/tuner/gp/likelihood.ts';
import { condition, noiseOf, predict, withTrial } from '../../../src/tuner/gp/process.ts';
import { inputsOf, inverted, slowCovariance, slowMatrix, someFit, trials } from './samples.ts';

describe.each(['even', 'linear', 'root'] as const)('a process with %s inputs', kind => {
  const observations = trials(20, 3);
  const fit = someFit(inputsOf[kind], observations, 4);
  const { offset, scale } = fit.standardisation;

  it('predicts what the normal equations say', () => {
    const process = condition(fit, observations);
    const { inverse } = inverted(slowMatrix(fit, observations));
    const y = observations.values.map(value => (value - offset) / scale);
    for (const x of [[0, 0, 0], [3, 5, 4], [1, 4, 2], observations.configurations[7]!]) {
      const k = observations.configurations.map(each => slowCovariance(fit, each, x));
      const weights = inverse.map(row => row.reduce((sum, each, j) => sum + each * k[j]!, 0));
      const found = predict(process, x);
      expect(found.mean).toBeCloseTo(offset + scale * weights.reduce((sum, each, i) => sum + each * y[i]!, 0), 7);
      const variance = slowCovariance(fit, x, x) - weights.reduce((sum, each, i) => sum + each * k[i]!, 0);
      expect(found.variance).toBeCloseTo(scale ** 2 * variance, 6);
    }
  });

  it('is the same whether trials come at once or one by one', () => {
    const first = (n: number) => ({
      configurations: observations.configurations.slice(0, n),
      values: observations.values.slice(0, n),
      standardErrors: observations.standardErrors.slice(0, n),
    });
    let grown = condition(fit, first(5));
    for (let a = 5; a < 20; a++)
      grown = withTrial(
        grown,
        observations.configurations[a]!,
        observations.values[a]!,
        observations.standardErrors[a]!,
      );
    const whole = condition(fit, observations);
    for (const x of [
      [0, 0, 0],
      [2, 3, 1],
    ]) {
      expect(predict(grown, x).mean).toBeCloseTo(predict(whole, x).mean, 9);
      expect(predict(grown, x).variance).toBeCloseTo(predict(whole, x).variance, 9);
    }
  });

  it('left one out predicts what a process without that trial predicts', () => {
    const process = condition(fit, observations);
    leaveOneOut(process).forEach(({ mean, variance }, left) => {
      const without = <T>(all: readonly T[]): T[] => all.filter((_, a) => a !== left);
      const { configurations, values, standardErrors } = observations;
      const rest = condition(fit, {
        configurations: without(configurations),
        values: without(values),
        standardErrors: without(standardErrors),
      });
      const expected = predict(rest, configurations[left]!);
      const noise = noiseOf(process.covariance, standardErrors[left]!);
      expect(mean).toBeCloseTo(expected.mean, 7);
      expect(variance).toBeCloseTo(expected.variance + scale ** 2 * noise, 7);
    });
  });
});

interface Table {
  readonly rungs: number;
  readonly configurations: number[][];
  readonly values: number[];
  readonly standardErrors: number[];
  readonly lengths: number[];
  readonly scale: number;
  readonly noise: number;
  readonly asked: number[][];
  readonly means: number[];
  readonly sds: number[];
  readonly logLikelihood: number;
}

describe('scikit-learn', () => {
  // Made by sklearn_process.py, beside the table.
  const table = JSON.parse(readFileSync(join(import.meta.dirname, 'sklearn-process.json'), 'utf8')) as Table;
  const inputs = evenInputs(table.lengths.map(() => table.rungs));
  const theta = Float64Array.from([...table.lengths, table.scale, table.noise], Math.log);
  const standardisation = standardisationOf(table.values);

  it('predicts the same means and standard deviations', () => {
    const process = condition({ inputs, theta, standardisation, value: 0 }, table);
    table.asked.forEach((x, i) => {
      const { mean, variance } = predict(process, x);
      expect(mean).toBeCloseTo(table.means[i]!, 8);
      expect(Math.sqrt(variance)).toBeCloseTo(table.sds[i]!, 7);
    });
  });

  it('has the same marginal likelihood', () => {
    const set = trainingSet(inputs, table, standardisation);
    expect(-negativeLogLikelihood(set, theta, new Float64Array(theta.length))).toBeCloseTo(table.logLikelihood, 7);
  });
});
