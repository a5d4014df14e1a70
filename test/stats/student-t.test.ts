import { describe, expect, test } from 'vitest';
import { centralShare, twoSidedQuantile } from '../../src/stats/student-t.ts';

describe('twoSidedQuantile', () => {
  // scipy.stats.t.ppf((1 + share) / 2, n), SciPy 1.14.
  test.each([
    [0.95, 1, 12.706204736432095],
    [0.95, 2, 4.302652729911275],
    [0.95, 4, 2.776445105197799],
    [0.95, 5, 2.570581835636314],
    [0.95, 9, 2.2621571627409915],
    [0.99, 4, 4.604094871415897],
    [0.99, 30, 2.749995653567],
    [0.5, 7, 0.7111417779],
    [0.95, 200, 1.9718962236],
  ])('of a share of %d with %i degrees of freedom', (share, n, expected) => {
    expect(twoSidedQuantile(share, n)).toBeCloseTo(expected, 8);
  });

  test('is the inverse of the central share, which grows from 0 to 1', () => {
    for (const n of [1, 2, 3, 10, 41]) {
      expect(centralShare(0, n)).toBe(0);
      expect(centralShare(1e9, n)).toBeCloseTo(1, 6);
      for (const share of [0.1, 0.5, 0.9, 0.999])
        expect(centralShare(twoSidedQuantile(share, n), n)).toBeCloseTo(share, 10);
    }
  });

  test('the density is that of the definition: finite differences against (1 + t^2 / n)^(-(n + 1) / 2)', () => {
    for (const n of [1, 2, 5, 8]) {
      const shape = (t: number): number => (1 + t ** 2 / n) ** (-(n + 1) / 2);
      const slope = (t: number): number => (centralShare(t + 1e-5, n) - centralShare(t - 1e-5, n)) / 2e-5;
      expect(slope(1.7) / slope(0.4)).toBeCloseTo(shape(1.7) / shape(0.4), 6);
    }
  });
});
