import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import type { Point } from '../../../src/tuner/pareto/dominance.ts';
import { hypervolume } from '../../../src/tuner/pareto/hypervolume.ts';

const edge = 8;
/** Whole numbers, so that every sum below is exact; some beyond the reference. */
const sets = (objectives: number, maxLength = 9) =>
  fc.array(fc.array(fc.integer({ min: 0, max: edge + 1 }), { minLength: objectives, maxLength: objectives }), {
    maxLength,
  });
const referenceOf = (objectives: number): number[] => new Array<number>(objectives).fill(edge);

/** The union of boxes by inclusion and exclusion over all subsets. */
function inclusionExclusion(points: readonly Point[], reference: Point): number {
  let total = 0;
  for (let subset = 1; subset < 2 ** points.length; subset++) {
    let sign = -1;
    const corner = reference.map(() => Number.NEGATIVE_INFINITY);
    points.forEach((point, i) => {
      if (!((subset >> i) & 1)) return;
      sign = -sign;
      point.forEach((value, k) => {
        corner[k] = Math.max(corner[k]!, value);
      });
    });
    total += sign * corner.reduce((product, value, k) => product * Math.max(0, reference[k]! - value), 1);
  }
  return total;
}

describe.each([1, 2, 3, 4, 5])('hypervolume of %i objectives', objectives => {
  const reference = referenceOf(objectives);

  test('agrees with inclusion and exclusion', () => {
    fc.assert(
      fc.property(sets(objectives), points => {
        expect(hypervolume(points, reference)).toBe(inclusionExclusion(points, reference));
      }),
    );
  });

  test('does not change with order, copies, dominated points, or points beyond the reference', () => {
    fc.assert(
      fc.property(sets(objectives, 20), points => {
        const value = hypervolume(points, reference);
        expect(hypervolume([...points].reverse(), reference)).toBe(value);
        expect(hypervolume([...points, ...points], reference)).toBe(value);
        expect(hypervolume([...points, ...points.map(point => point.map(each => each + 1))], reference)).toBe(value);
        expect(hypervolume([...points, reference, reference.map(each => each + 5)], reference)).toBe(value);
        expect(hypervolume([...points, reference.map(() => Number.NaN)], reference)).toBe(value);
      }),
    );
  });

  test('moves with a shift, and scales with the product of the scales', () => {
    fc.assert(
      fc.property(sets(objectives, 12), points => {
        const move = (point: Point): number[] => point.map((value, k) => 2 ** (k + 1) * value - 7);
        const scale = reference.reduce((product, _, k) => product * 2 ** (k + 1), 1);
        expect(hypervolume(points.map(move), move(reference))).toBe(scale * hypervolume(points, reference));
      }),
    );
  });

  test('does not change when the objectives change places', () => {
    fc.assert(
      fc.property(sets(objectives, 12), points => {
        const turn = (point: Point): number[] => [...point.slice(1), point[0]!];
        expect(hypervolume(points.map(turn), reference)).toBe(hypervolume(points, reference));
      }),
    );
  });
});

describe('closed forms', () => {
  test('one point is its box, no point is nothing', () => {
    expect(hypervolume([[1, 2, 3]], [4, 4, 4])).toBe(3 * 2 * 1);
    expect(hypervolume([], [1, 1])).toBe(0);
  });

  test('n steps on the line x + y = 1 cover (n - 1) / 2n of the unit square', () => {
    const n = 64;
    const points = Array.from({ length: n - 1 }, (_, i) => [(i + 1) / n, 1 - (i + 1) / n]);
    expect(hypervolume(points, [1, 1])).toBeCloseTo((n - 1) / (2 * n), 12);
  });

  test('the front of DTLZ2 with two objectives tends to 1.21 - pi / 4', () => {
    const n = 20_000;
    const arc = Array.from({ length: n + 1 }, (_, i) => [
      Math.cos((i * Math.PI) / 2 / n),
      Math.sin((i * Math.PI) / 2 / n),
    ]);
    expect(hypervolume(arc, [1.1, 1.1])).toBeCloseTo(1.21 - Math.PI / 4, 4);
  });

  test('the sphere of DTLZ2 with three objectives stays below, and comes near, 1.1^3 - pi / 6', () => {
    const n = 60;
    const sphere: number[][] = [];
    for (let i = 0; i <= n; i++) {
      for (let j = 0; j <= n; j++) {
        const [a, b] = [(i * Math.PI) / 2 / n, (j * Math.PI) / 2 / n];
        sphere.push([Math.cos(a) * Math.cos(b), Math.cos(a) * Math.sin(b), Math.sin(a)]);
      }
    }
    const value = hypervolume(sphere, [1.1, 1.1, 1.1]);
    expect(value).toBeLessThan(1.331 - Math.PI / 6);
    expect(value).toBeGreaterThan(1.331 - Math.PI / 6 - 0.03);
  });
});

test('four and six objectives agree with random sampling', () => {
  const rng = seededRng(2);
  for (const objectives of [4, 6]) {
    const points = Array.from({ length: 20 }, () => Array.from({ length: objectives }, () => rng.uniform()));
    const draws = 40_000;
    let hits = 0;
    for (let i = 0; i < draws; i++) {
      const spot = Array.from({ length: objectives }, () => rng.uniform());
      if (points.some(point => point.every((value, k) => value <= spot[k]!))) hits++;
    }
    const share = hits / draws;
    const error = Math.sqrt((share * (1 - share)) / draws);
    expect(Math.abs(hypervolume(points, new Array<number>(objectives).fill(1)) - share)).toBeLessThan(4.5 * error);
  }
});
