import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { boxDecomposition, type Cell, hypervolumeImprovement } from '../../../src/tuner/pareto/box-decomposition.ts';
import { type Point, weaklyDominates } from '../../../src/tuner/pareto/dominance.ts';
import { hypervolume } from '../../../src/tuner/pareto/hypervolume.ts';

const edge = 7;
/** Whole numbers, so that sums are exact and equal coordinates are common; some beyond the reference. */
const pointOf = (objectives: number) =>
  fc.array(fc.integer({ min: 0, max: edge + 1 }), { minLength: objectives, maxLength: objectives });
const setsOf = (objectives: number, maxLength = 9) => fc.array(pointOf(objectives), { maxLength });
const referenceOf = (objectives: number): number[] => new Array<number>(objectives).fill(edge);
const holds = ({ lower, upper }: Cell, y: Point): boolean =>
  y.every((value, k) => lower[k]! <= value && value < upper[k]!);
const sorted = (cells: readonly Cell[]): string[] => cells.map(each => JSON.stringify(each)).sort();

describe.each([2, 3, 4, 5])('the free region of %i objectives', objectives => {
  const reference = referenceOf(objectives);

  test('holds every point that nobody dominates exactly once, and no other', () => {
    fc.assert(
      fc.property(setsOf(objectives), fc.array(pointOf(objectives), { maxLength: 20 }), (points, probes) => {
        const cells = boxDecomposition(points, reference);
        // Between the whole numbers too: where boxes meet.
        for (const y of [...probes, ...probes.map(probe => probe.map(value => value - 0.5))]) {
          const free = y.every((value, k) => value < reference[k]!) && !points.some(point => weaklyDominates(point, y));
          expect(cells.filter(cell => holds(cell, y)).length).toBe(free ? 1 : 0);
        }
      }),
    );
  });

  test('an improvement is the difference of the volumes', () => {
    fc.assert(
      fc.property(setsOf(objectives), setsOf(objectives, 6), (points, more) => {
        const cells = boxDecomposition(points, reference);
        const before = hypervolume(points, reference);
        for (const point of more)
          expect(hypervolumeImprovement(point, cells)).toBe(hypervolume([...points, point], reference) - before);
      }),
    );
  });

  test('neither order nor copies nor dominated points change what it improves', () => {
    fc.assert(
      fc.property(setsOf(objectives), pointOf(objectives), (points, point) => {
        const value = hypervolumeImprovement(point, boxDecomposition(points, reference));
        const same = (others: readonly Point[]): void =>
          expect(hypervolumeImprovement(point, boxDecomposition(others, reference))).toBe(value);
        same([...points].reverse());
        same([...points, ...points]);
        same([...points, ...points.map(each => each.map(coordinate => coordinate + 1))]);
        same([...points, reference, reference.map(() => Number.NaN)]);
      }),
    );
  });

  test('it moves with a shift and scales with the product of the scales', () => {
    fc.assert(
      fc.property(setsOf(objectives), pointOf(objectives), (points, point) => {
        const move = (each: Point): number[] => each.map((value, k) => 2 ** (k + 1) * value - 7);
        const scale = reference.reduce((product, _, k) => product * 2 ** (k + 1), 1);
        const moved = boxDecomposition(points.map(move), move(reference));
        expect(hypervolumeImprovement(move(point), moved)).toBe(
          scale * hypervolumeImprovement(point, boxDecomposition(points, reference)),
        );
      }),
    );
  });

  test('it turns with the objectives', () => {
    fc.assert(
      fc.property(setsOf(objectives), pointOf(objectives), (points, point) => {
        const turn = (each: Point): number[] => [...each.slice(1), each[0]!];
        expect(hypervolumeImprovement(turn(point), boxDecomposition(points.map(turn), reference))).toBe(
          hypervolumeImprovement(point, boxDecomposition(points, reference)),
        );
      }),
    );
  });
});

test('two objectives: strips, worked by hand', () => {
  const free = Number.NEGATIVE_INFINITY;
  const cells = boxDecomposition(
    [
      [3, 1],
      [1, 4],
      [3, 3],
    ],
    [6, 6],
  );
  expect(sorted(cells)).toEqual(
    sorted([
      { lower: [free, free], upper: [1, 6] },
      { lower: [1, free], upper: [3, 4] },
      { lower: [3, free], upper: [6, 1] },
    ]),
  );
  expect(hypervolumeImprovement([2, 2], cells)).toBe(1 * 2);
  expect(hypervolumeImprovement([0, 0], cells)).toBe(1 * 6 + 2 * 4 + 3 * 1);
  expect(hypervolumeImprovement([4, 1], cells)).toBe(0);
});

test('an empty front leaves everything below the reference free', () => {
  for (const objectives of [2, 3, 4]) {
    const cells = boxDecomposition([], referenceOf(objectives));
    expect(cells).toEqual([
      { lower: new Array<number>(objectives).fill(Number.NEGATIVE_INFINITY), upper: referenceOf(objectives) },
    ]);
  }
});

test('the boxes of three objectives grow with the front, not with its square', () => {
  const rng = seededRng(5);
  const sphere = (n: number): number[][] =>
    Array.from({ length: n }, () => {
      const v = [rng.uniform() + 0.01, rng.uniform() + 0.01, rng.uniform() + 0.01];
      const length = Math.hypot(...v);
      return v.map(each => 1 - each / length);
    });
  for (const n of [20, 100, 200]) expect(boxDecomposition(sphere(n), [1, 1, 1]).length).toBeLessThan(6 * n);
});

test('volumes of random fronts agree with sampling', () => {
  const rng = seededRng(11);
  for (const objectives of [3, 4]) {
    const draw = (): number[] => Array.from({ length: objectives }, () => rng.uniform());
    const points = Array.from({ length: 25 }, draw);
    const reference = new Array<number>(objectives).fill(1);
    const cells = boxDecomposition(points, reference);
    const corner = new Array<number>(objectives).fill(0);
    const draws = 40_000;
    let free = 0;
    for (let i = 0; i < draws; i++) {
      const y = draw();
      if (!points.some(point => weaklyDominates(point, y))) free++;
    }
    const share = free / draws;
    const error = Math.sqrt((share * (1 - share)) / draws);
    expect(Math.abs(hypervolumeImprovement(corner, cells) - share)).toBeLessThan(4.5 * error);
  }
});
