import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { topOverlap } from '../../src/stats/top-overlap.ts';

describe('topOverlap', () => {
  test('by hand', () => {
    expect(topOverlap([1, 2, 3, 4], [2, 1, 4, 3], 2)).toBe(1);
    expect(topOverlap([1, 2, 3, 4], [3, 4, 1, 2], 2)).toBe(0);
    expect(topOverlap([1, 2, 3, 4], [1, 4, 2, 3], 2)).toBe(0.5);
  });

  test('ties share the places that are left: one place for two items is half a place each', () => {
    expect(topOverlap([1, 2, 2, 4], [1, 2, 3, 4], 2)).toBe(0.75);
    // Nothing is told apart: k / n, as by chance.
    expect(topOverlap([5, 5, 5, 5], [1, 2, 3, 4], 2)).toBe(0.5);
  });

  test('of distinct values it counts what two sorted lists have in common, and all of n are always in common', () => {
    const distinct = fc.uniqueArray(fc.integer(), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(distinct, fc.integer({ min: 0, max: 1000 }), fc.nat(), (x, salt, at) => {
        const y = x.map((value, i) => ((value ^ salt) >>> 0) * 16 + i);
        const k = 1 + (at % x.length);
        const best = (values: readonly number[]): number[] =>
          [...values.keys()].sort((i, j) => values[i]! - values[j]!).slice(0, k);
        const common = best(x).filter(i => best(y).includes(i)).length;
        expect(topOverlap(x, y, k)).toBeCloseTo(common / k, 12);
        expect(topOverlap(y, x, k)).toBeCloseTo(common / k, 12);
        expect(topOverlap(x, y, x.length)).toBeCloseTo(1, 12);
        expect(topOverlap(x, x, k)).toBe(1);
      }),
    );
  });

  test('copies take places, and are the same item', () => {
    // The best by x, twice, fills the top 2; by y one copy of the second.
    expect(topOverlap([1, 2, 3], [2, 1, 3], 2, [2, 1, 0])).toBe(0.5);
    expect(topOverlap([1, 2, 3], [1, 2, 3], 2, [0, 3, 0])).toBe(1);
  });

  test('a k that there is not is refused', () => {
    expect(() => topOverlap([1, 2], [1, 2], 3)).toThrow('the top 3 of 2');
    expect(() => topOverlap([1, 2], [1, 2], 0)).toThrow('the top 0 of 2');
  });
});
