import { describe, expect, test } from 'vitest';
import {
  centred,
  chooseRidge,
  errors,
  type NormalEquations,
  refit,
  spreads,
  together,
  withSpread,
} from '../../../src/decompose/corrections/least-squares.ts';
import { type Matrix, zeros } from '../../../src/linalg/matrix.ts';
import { seededRng } from '../../../src/random/rng.ts';

type Rows = readonly Float64Array[];

const drawn = (rows: number, cols: number, seed: number, scale = 1): Rows => {
  const rng = seededRng(seed);
  return Array.from({ length: rows }, () =>
    Float64Array.from({ length: cols }, () => scale * (2 * rng.uniform() - 0.6)),
  );
};

const matrixOf = (rows: Rows): Matrix => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float64Array.from(rows.flatMap(row => [...row])),
});

const mean = (rows: Rows, of: (row: Float64Array, at: number) => number, length: number): Float64Array =>
  Float64Array.from({ length }, (_, i) => rows.reduce((sum, row) => sum + of(row, i), 0) / rows.length);

function equationsOf(z: Rows, y: Rows): NormalEquations {
  const [q, o] = [z[0]!.length, y[0]!.length];
  const inputs = zeros(q, q);
  const cross = zeros(o, q);
  z.forEach((row, n) => {
    for (let j = 0; j < q; j++) {
      for (let i = 0; i < q; i++) inputs.data[i * q + j]! += (row[i]! * row[j]!) / z.length;
      for (let i = 0; i < o; i++) cross.data[i * q + j]! += (y[n]![i]! * row[j]!) / z.length;
    }
  });
  return {
    count: z.length,
    inputs,
    cross,
    inputMean: mean(z, (row, i) => row[i]!, q),
    outputMean: mean(y, (row, i) => row[i]!, o),
    outputSquare: mean(y, (row, i) => row[i]! ** 2, o),
  };
}

/** Minimises the sum of squares by Gauss-Seidel on the samples themselves, weight by weight, bias included, until nothing moves. */
function slowly(z: Rows, y: Rows, weight: Matrix, ridge: number): { weight: Matrix; bias: Float64Array } {
  const [q, o, n] = [z[0]!.length, y[0]!.length, z.length];
  const fitted = { ...weight, data: weight.data.slice() };
  const bias = new Float64Array(o);
  const centre = mean(z, (row, i) => row[i]!, q);
  const spread = mean(z, (row, i) => (row[i]! - centre[i]!) ** 2, q);
  for (let i = 0; i < o; i++) {
    const residual = z.map(
      (row, s) => y[s]![i]! - row.reduce((sum, each, j) => sum + each * fitted.data[i * q + j]!, 0),
    );
    for (let sweep = 0; sweep < 4000; sweep++) {
      const shift = residual.reduce((sum, each) => sum + each, 0) / n;
      bias[i]! += shift;
      for (let s = 0; s < n; s++) residual[s]! -= shift;
      for (let j = 0; j < q; j++) {
        const at = i * q + j;
        const pull = n * ridge * spread[j]!;
        let [up, down] = [-pull * (fitted.data[at]! - weight.data[at]!), pull];
        for (let s = 0; s < n; s++) {
          up += residual[s]! * z[s]![j]!;
          down += z[s]![j]! ** 2;
        }
        const step = up / down;
        fitted.data[at]! += step;
        for (let s = 0; s < n; s++) residual[s]! -= step * z[s]![j]!;
      }
    }
  }
  return { weight: fitted, bias };
}

const directErrors = (z: Rows, y: Rows, { weight, bias }: { weight: Matrix; bias: Float64Array }): Float64Array =>
  Float64Array.from(bias, (b, i) =>
    z.reduce((sum, row, s) => {
      const found = row.reduce((total, each, j) => total + each * weight.data[i * weight.cols + j]!, b);
      return sum + (y[s]![i]! - found) ** 2 / z.length;
    }, 0),
  );

/** y depends on z, and on what z does not say. */
function problem(samples: number, seed: number) {
  const z = drawn(samples, 4, seed);
  const noise = drawn(samples, 3, seed + 1, 0.3);
  const truth = matrixOf(drawn(3, 4, 77));
  const y = z.map((row, s) =>
    Float64Array.from({ length: 3 }, (_, i) =>
      row.reduce((sum, each, j) => sum + each * truth.data[i * 4 + j]!, 0.5 * i + noise[s]![i]!),
    ),
  );
  return { z, y, truth };
}

const close = (found: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void =>
  Array.from(expected).forEach((each, i) => {
    expect(found[i]).toBeCloseTo(each, digits);
  });

describe('a refit', () => {
  test.each([1e-3, 0.1, 1])('with ridge %f is what a slow search over the samples finds', ridge => {
    const { z, y } = problem(60, 1);
    const weight = matrixOf(drawn(3, 4, 5));
    const found = refit(weight, centred(equationsOf(z, y)), ridge);
    const slow = slowly(z, y, weight, ridge);
    close(found.weight.data, slow.weight.data, 4);
    close(found.bias, slow.bias, 4);
  });

  test('has the errors that its samples have, and none above those of the weight as it was', () => {
    const { z, y } = problem(40, 2);
    const weight = matrixOf(drawn(3, 4, 6));
    const equations = centred(equationsOf(z, y));
    const kept = refit(weight, equations, Number.POSITIVE_INFINITY);
    expect(kept.weight.data).toEqual(weight.data);
    for (const ridge of [1e-4, 0.01, 1]) {
      const found = refit(weight, equations, ridge);
      close(errors(found, equations), directErrors(z, y, found), 10);
      errors(found, equations).forEach((each, i) => {
        expect(each).toBeLessThanOrEqual(errors(kept, equations)[i]! + 1e-12);
      });
    }
  });

  test('of a weight that is right already is that weight, whatever the ridge', () => {
    const { z, truth } = problem(30, 3);
    const y = z.map(row =>
      Float64Array.from({ length: 3 }, (_, i) => row.reduce((sum, each, j) => sum + each * truth.data[i * 4 + j]!, 1)),
    );
    const found = refit(truth, centred(equationsOf(z, y)), 0.01);
    close(found.weight.data, truth.data, 10);
    close(found.bias, [1, 1, 1], 10);
  });

  test('keeps the weights of entries that are dead or constant, and everything where nothing varies', () => {
    const { z, y } = problem(30, 4);
    const weight = matrixOf(drawn(3, 4, 8));
    const dead = z.map(row => Float64Array.from([row[0]!, 0, 3, row[3]!]));
    const found = refit(weight, centred(equationsOf(dead, y)), 0.01);
    for (let i = 0; i < 3; i++) {
      expect(found.weight.data[i * 4 + 1]).toBe(weight.data[i * 4 + 1]);
      expect(found.weight.data[i * 4 + 2]).toBeCloseTo(weight.data[i * 4 + 2]!, 6);
    }
    const still = z.map(() => Float64Array.of(1, 2, 0, 4));
    const nothing = refit(weight, centred(equationsOf(still, y)), 0.01);
    expect([...nothing.weight.data, ...nothing.bias].every(Number.isFinite)).toBe(true);
    close(directErrors(still, y, nothing), centred(equationsOf(still, y)).outputVariance, 8);
  });
});

describe('the ridge', () => {
  test('is weak where there is much to learn from many samples, and keeps the weight where there is nothing to learn', () => {
    const weight = matrixOf(drawn(3, 4, 9));
    const of = (samples: number, seed: number) => {
      const { z, y } = problem(samples, seed);
      return centred(equationsOf(z, y));
    };
    expect(chooseRidge(weight, of(2000, 10), of(500, 20))).toBeLessThanOrEqual(0.01);
    const { truth } = problem(1, 1);
    expect(chooseRidge(truth, of(6, 30), of(2000, 40))).toBeGreaterThanOrEqual(0.3);
  });
});

test('a fit with the variances brought back has them, and lies closer than the weight scaled to them', () => {
  const { z, y } = problem(200, 11);
  const equations = centred(equationsOf(z, y));
  const weight = matrixOf(drawn(3, 4, 12));
  const rule = { ridge: 1e-12, maximumGain: 100, trust: 1 };
  const found = withSpread(refit(weight, equations, 1e-6), equations, rule);
  close(spreads(found, equations), equations.outputVariance, 6);
  const scaled = withSpread(refit(weight, equations, Number.POSITIVE_INFINITY), equations, rule);
  errors(found, equations).forEach((each, i) => {
    expect(each).toBeLessThan(errors(scaled, equations)[i]!);
  });
});

test('equations of parts are those of the whole', () => {
  const { z, y } = problem(50, 13);
  const parts = [equationsOf(z.slice(0, 15), y.slice(0, 15)), equationsOf(z.slice(15), y.slice(15))];
  const [whole, joined] = [equationsOf(z, y), together(parts)];
  expect(joined.count).toBe(50);
  close(joined.inputs.data, whole.inputs.data, 12);
  close(joined.cross.data, whole.cross.data, 12);
  close(joined.outputSquare, whole.outputSquare, 12);
});
