/** The benchmark's problems are the published ones: their optima, their values at points, their largest hypervolumes. */
import { describe, expect, test } from 'vitest';
import { branin, currin, dtlz2, problems, vehicleSafety, zdt1 } from '../../../bench/tuner/problems.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { nondominated, type Point } from '../../../src/tuner/pareto/dominance.ts';
import { hypervolume } from '../../../src/tuner/pareto/hypervolume.ts';

const named = (name: string) => {
  const problem = problems.find(each => each.name === name);
  if (!problem) throw new Error(name);
  return problem;
};
const steps = (n: number): number[] => Array.from({ length: n + 1 }, (_, i) => i / n);

test('Branin has its three published minima', () => {
  for (const [u, v] of [
    [-Math.PI, 12.275],
    [Math.PI, 2.275],
    [9.42478, 2.475],
  ] as const)
    expect(branin((u + 5) / 15, v / 15)).toBeCloseTo(0.397887, 5);
});

test('Currin has its published maximum, and its limit at the lower edge', () => {
  expect(currin(0.216667, 0)).toBeCloseTo(13.798722, 5);
  expect(currin(0.3, 1e-4)).toBeCloseTo(currin(0.3, 0), 12);
});

test('DTLZ2 and ZDT1 are their fronts where the distance vanishes, and worse elsewhere', () => {
  for (const x of steps(10)) {
    expect(Math.hypot(...dtlz2([x, 0.5, 0.5, 0.5]))).toBeCloseTo(1, 12);
    expect(Math.hypot(...dtlz2([x, 0.5, 1, 0.5]))).toBeCloseTo(1.25, 12);
    expect(zdt1([x, 0, 0])).toEqual([x, 1 - Math.sqrt(x)]);
    expect(zdt1([x, 1, 1])[1]).toBeCloseTo(10 - Math.sqrt(10 * x), 12);
  }
});

/** The polynomials as they are printed in the paper, term by term. */
test('vehicle safety is the sum of the published terms', () => {
  const rng = seededRng(1);
  const powers = (x: Point, i: number, j: number): number => (i < 0 ? 1 : x[i]!) * (j < 0 ? 1 : x[j]!);
  const terms: readonly (readonly [value: number, i: number, j: number])[][] = [
    [
      [1640.2823, -1, -1],
      [2.3573285, 0, -1],
      [2.3220035, 1, -1],
      [4.5688768, 2, -1],
      [7.7213633, 3, -1],
      [4.4559504, 4, -1],
    ],
    [
      [6.5856, -1, -1],
      [1.15, 0, -1],
      [-1.0427, 1, -1],
      [0.9738, 2, -1],
      [0.8364, 3, -1],
      [-0.3695, 0, 3],
      [0.0861, 0, 4],
      [0.3628, 1, 3],
      [-0.1106, 0, 0],
      [-0.3437, 2, 2],
      [0.1764, 3, 3],
    ],
    [
      [-0.0551, -1, -1],
      [0.0181, 0, -1],
      [0.1024, 1, -1],
      [0.0421, 2, -1],
      [-0.0073, 0, 1],
      [0.024, 1, 2],
      [-0.0118, 1, 3],
      [-0.0204, 2, 3],
      [-0.008, 2, 4],
      [-0.0241, 1, 1],
      [0.0109, 3, 3],
    ],
  ];
  for (let i = 0; i < 20; i++) {
    const x = Array.from({ length: 5 }, () => 1 + 2 * rng.uniform());
    const values = vehicleSafety(x);
    terms.forEach((sum, k) => {
      expect(values[k]).toBeCloseTo(
        sum.reduce((total, [value, a, b]) => total + value * powers(x, a, b), 0),
        10,
      );
    });
  }
});

describe('the largest hypervolume', () => {
  test('of ZDT1 and DTLZ2 is that of their fronts on the ladders, but for what the ladders leave out', () => {
    const zdt = named('zdt1-30');
    const zdtFront = Array.from({ length: 101 }, (_, i) => zdt.truth([i, ...new Array<number>(29).fill(0)]));
    const zdtGap = zdt.maxHypervolume - hypervolume(zdtFront, zdt.reference);
    expect(zdtGap).toBeGreaterThan(0);
    expect(zdtGap).toBeLessThan(0.02);
    const dtlz = named('dtlz2-6');
    const dtlzFront = Array.from({ length: 1001 }, (_, i) => dtlz.truth([i, 500, 500, 500, 500, 500]));
    const dtlzGap = dtlz.maxHypervolume - hypervolume(dtlzFront, dtlz.reference);
    expect(dtlzGap).toBeGreaterThan(0);
    expect(dtlzGap).toBeLessThan(0.002);
  });

  test('of Branin and Currin is what finer and finer grids tend to', () => {
    const { values, reference, maxHypervolume } = named('branin-currin');
    const grid = (n: number): number =>
      hypervolume(
        steps(n).flatMap(x => steps(n).map(y => values([x, y]))),
        reference,
      );
    const [coarse, fine] = [grid(250), grid(500)];
    expect(fine).toBeLessThan(maxHypervolume);
    // A grid leaves out a share of its step: twice the finer less the coarser is the limit, to second order.
    expect(Math.abs(2 * fine - coarse - maxHypervolume)).toBeLessThan(0.15);
  });

  test('of vehicle safety is approached by a grid', () => {
    const { truth, reference, maxHypervolume } = named('vehicle-safety');
    const grid = [0, 200, 400, 600, 800, 1000];
    let points: number[][] = [[]];
    for (let k = 0; k < 5; k++) points = points.flatMap(point => grid.map(rung => [...point, rung]));
    const reached = hypervolume(nondominated(points.map(truth)), reference);
    expect(reached).toBeGreaterThan(0.97 * maxHypervolume);
    expect(reached).toBeLessThan(maxHypervolume);
  });
});

test('noise has the deviations that are told, and its own generator', async () => {
  const noisy = named('branin-currin-noisy');
  const at = [300, 400];
  const rng = seededRng(4);
  const truth = noisy.truth(at);
  const n = 4000;
  const squares = [0, 0];
  for (let i = 0; i < n; i++) {
    const { values, standardErrors } = await noisy.evaluate(at, rng);
    expect(standardErrors).toEqual(noisy.noise);
    values?.forEach((value, k) => {
      squares[k]! += (value - truth[k]!) ** 2;
    });
  }
  squares.forEach((sum, k) => {
    expect(Math.abs(sum / n / noisy.noise![k]! ** 2 - 1)).toBeLessThan(4.5 * Math.sqrt(2 / n));
  });
  // 5 % of the range over the square.
  const grid = steps(100).flatMap(x => steps(100).map(y => [branin(x, y), currin(x, y)]));
  for (const k of [0, 1]) {
    const all = grid.map(values => values[k]!);
    const range = Math.max(...all) - Math.min(...all);
    expect(noisy.noise![k]! / range).toBeCloseTo(0.05, 3);
  }
});
