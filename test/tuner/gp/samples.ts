/** Random trials and parameters for tests of the Gaussian process, and a slow second implementation of its covariance. */
import { seededRng } from '../../../src/random/rng.ts';
import type { Observations } from '../../../src/tuner/gp/fit.ts';
import { type Fit, standardisationOf } from '../../../src/tuner/gp/fit.ts';
import { parameterCount } from '../../../src/tuner/gp/hyperparameters.ts';
import { evenInputs, type Inputs, tabledInputs } from '../../../src/tuner/gp/inputs.ts';
import type { Configuration } from '../../../src/tuner/strategy.ts';

export const ladderLengths = [4, 6, 5];

export const inputsOf: Readonly<Record<'even' | 'linear' | 'root', Inputs>> = {
  even: evenInputs(ladderLengths),
  linear: tabledInputs(
    [
      [-3, -2, -1, 0],
      [-2, -2, -1, -0.5, -0.1, 0],
      [-1, -0.7, 0.2, -0.1, 0],
    ],
    'linear',
    0.5,
  )!,
  root: tabledInputs(
    [
      [3, 2, 1, 0],
      [2, 2, 1, 0.5, 0.1, 0],
      [1, 0.7, 0.2, 0.1, 0],
    ],
    'root',
    1,
  )!,
};

export function trials(n: number, seed: number): Observations {
  const rng = seededRng(seed);
  const configurations = Array.from({ length: n }, () => ladderLengths.map(length => rng.integer(length)));
  return {
    configurations,
    values: configurations.map(([a, b, c]) => 5 + Math.sin(a!) - 0.3 * b! * c! + 0.2 * rng.uniform()),
    standardErrors: configurations.map(() => 0.05 + 0.1 * rng.uniform()),
  };
}

export function someFit(inputs: Inputs, { values }: Observations, seed: number): Fit {
  const rng = seededRng(seed);
  const theta = Float64Array.from({ length: parameterCount(inputs) }, () => 1.5 * (rng.uniform() - 0.5));
  theta[inputs.coordinates.length + 1] = -4;
  return { inputs, theta, standardisation: standardisationOf(values), value: 0 };
}

/** k(a, b) straight from the docstrings of likelihood.ts, inputs.ts and matern.ts. */
export function slowCovariance({ inputs, theta }: Fit, a: Configuration, b: Configuration): number {
  const d = inputs.coordinates.length;
  const m = (r: number): number => (1 + Math.sqrt(5) * r + (5 * r * r) / 3) * Math.exp(-Math.sqrt(5) * r);
  const r = Math.hypot(
    ...inputs.coordinates.map((ladder, i) => (ladder[a[i]!]! - ladder[b[i]!]!) / Math.exp(theta[i]!)),
  );
  const common = 1 + Math.exp(theta[d]!) * m(r);
  const { table } = inputs;
  if (!table) return common;
  const v = (x: Configuration): number => {
    const u = x.reduce((sum, rung, i) => sum + Math.exp(theta[d + 4 + i]!) * table.values[i]![rung]!, 0);
    return table.shape === 'linear' ? u : Math.sqrt(Math.max(0, u));
  };
  // The walk of a site: its share of all changes, at the coordinate of its rung.
  const greatest = table.values.map(ladder =>
    Math.max(...ladder.map(t => (table.shape === 'root' ? Math.sqrt(t) : t))),
  );
  const all = greatest.reduce((sum, each) => sum + each, 0);
  const walk = inputs.coordinates.reduce(
    (sum, ladder, i) => sum + (Math.min(ladder[a[i]!]!, ladder[b[i]!]!) * greatest[i]!) / all,
    0,
  );
  const leaves = (x: Configuration): number => (2 * x.filter((rung, i) => rung < ladderLengths[i]! - 1).length) / d;
  const bent = Math.exp(theta[d + 2]!) * m(Math.abs(v(a) - v(b)) / Math.exp(theta[d + 3]!));
  return common + 25 * v(a) * v(b) + bent + Math.exp(theta[2 * d + 4]!) * (walk + leaves(a) * leaves(b));
}

/** Covariance of the standardised observations, noise included. */
export function slowMatrix(fit: Fit, { configurations, standardErrors }: Observations): number[][] {
  const d = fit.inputs.coordinates.length;
  return configurations.map((a, i) =>
    configurations.map((b, j) => {
      const noise = Math.exp(fit.theta[d + 1]!) + (standardErrors[i]! / fit.standardisation.scale) ** 2;
      return slowCovariance(fit, a, b) + (i === j ? noise : 0);
    }),
  );
}

/** Gauss and Jordan with pivots: the inverse and ln |det|. */
export function inverted(matrix: readonly (readonly number[])[]): { inverse: number[][]; logDeterminant: number } {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  let logDeterminant = 0;
  for (let c = 0; c < n; c++) {
    const pivot = rows
      .slice(c)
      .reduce((best, row, i) => (Math.abs(row[c]!) > Math.abs(rows[best]![c]!) ? c + i : best), c);
    [rows[c], rows[pivot]] = [rows[pivot]!, rows[c]!];
    const head = rows[c]![c]!;
    logDeterminant += Math.log(Math.abs(head));
    rows[c] = rows[c]!.map(each => each / head);
    for (let r = 0; r < n; r++) {
      const factor = rows[r]![c]!;
      if (r !== c && factor !== 0) rows[r] = rows[r]!.map((each, k) => each - factor * rows[c]![k]!);
    }
  }
  return { inverse: rows.map(row => row.slice(n)), logDeterminant };
}
