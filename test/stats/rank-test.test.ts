import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { upperTail } from '../../src/stats/normal.ts';
import { mannWhitney } from '../../src/stats/rank-test.ts';

const sample = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 2, maxLength: 20 });

describe('mannWhitney', () => {
  // scipy.stats.mannwhitneyu(a, b, method="asymptotic", use_continuity=True), scipy 1.x
  test.each([
    ['ties', [1, 2, 2, 3, 5, 7, 8, 9, 9, 10, 11], [2, 4, 5, 5, 6, 9, 12, 13, 14], 38, 0.40118501765508785],
    [
      'one sample below the other',
      [10.1, 10.3, 9.8, 10.0, 10.7, 9.9, 10.2, 10.4],
      [11.1, 11.6, 10.9, 12.0, 11.4, 11.3, 11.2, 10.95, 12.5],
      0,
      0.0006355079242469125,
    ],
  ])('agrees with scipy: %s', (_, a, b, u, pValue) => {
    const test_ = mannWhitney(a, b);
    expect(test_.u).toBe(u);
    expect(test_.pValue).toBeCloseTo(pValue, 12);
  });

  test('U is the count over all pairs, and swapping the samples mirrors it', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const count = a.flatMap(x => b.map(y => (x > y ? 1 : x === y ? 0.5 : 0) as number)).reduce((s, v) => s + v, 0);
        const forth = mannWhitney(a, b);
        const back = mannWhitney(b, a);
        expect(forth.u).toBeCloseTo(count, 9);
        expect(forth.u + back.u).toBeCloseTo(a.length * b.length, 9);
        expect(forth.z).toBeCloseTo(-back.z, 9);
        expect(forth.pValue).toBeCloseTo(back.pValue, 9);
        expect(forth.superiority).toBeCloseTo(count / (a.length * b.length), 9);
      }),
    );
  });

  test('a monotone transformation changes nothing', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(mannWhitney(a.map(Math.exp), b.map(Math.exp))).toEqual(mannWhitney(a, b));
      }),
    );
  });

  test('samples that are all one value do not differ', () => {
    expect(mannWhitney([3, 3, 3], [3, 3])).toMatchObject({ z: 0, pValue: 1, superiority: 0.5 });
  });

  test('an empty sample is refused', () => {
    expect(() => mannWhitney([], [1])).toThrow('found none');
  });
});

describe('upperTail', () => {
  // scipy.stats.norm.sf
  test.each([
    [0, 0.5],
    [0.5, 0.3085375387259869],
    [1, 0.15865525393145707],
    [1.959963984540054, 0.025],
    [2.4999, 0.006211418374944587],
    [2.5001, 0.006207912714815193],
    [4, 3.167124183311986e-5],
    [8, 6.22096057427174e-16],
    [20, 2.7536241186061556e-89],
  ])('Q(%s)', (z, expected) => {
    expect(upperTail(z) / expected).toBeCloseTo(1, 12);
    expect(upperTail(-z)).toBeCloseTo(1 - expected, 12);
  });
});
