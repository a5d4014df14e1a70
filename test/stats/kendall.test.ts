import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kendallTau } from '../../src/stats/kendall.ts';

const samples = fc
  .integer({ min: 2, max: 14 })
  .chain(n =>
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: n, maxLength: n }),
      fc.array(fc.integer({ min: 0, max: 6 }), { minLength: n, maxLength: n }),
    ),
  );

/** The definition by counts of pairs of each kind, all ordered pairs. */
function byCounts(x: readonly number[], y: readonly number[]): number {
  const counts = { alike: 0, opposite: 0, onlyX: 0, onlyY: 0 };
  for (const i of x.keys()) {
    for (const j of x.keys()) {
      if (i === j || (x[i] === x[j] && y[i] === y[j])) continue;
      if (x[i] === x[j]) counts.onlyX++;
      else if (y[i] === y[j]) counts.onlyY++;
      else if (x[i]! < x[j]! === y[i]! < y[j]!) counts.alike++;
      else counts.opposite++;
    }
  }
  const { alike, opposite, onlyX, onlyY } = counts;
  const ordered = alike + opposite;
  return (alike - opposite) / Math.sqrt((ordered + onlyX) * (ordered + onlyY));
}

describe('kendallTau', () => {
  test('by hand: one of six pairs is turned', () => {
    expect(kendallTau([1, 2, 3, 4], [1, 2, 4, 3])).toBeCloseTo(4 / 6, 15);
    expect(kendallTau([1, 2, 3], [3, 2, 1])).toBe(-1);
    // Pairs (1, 2) and (1, 3) alike, (2, 3) tied in x only.
    expect(kendallTau([1, 2, 2], [1, 2, 3])).toBeCloseTo(2 / Math.sqrt(2 * 3), 15);
  });

  // scipy 1.17.1, scipy.stats.kendalltau(x, y).statistic
  test.each([
    [[2, 1, 2, 1], [2, 1, 2, 1], 1],
    [[0, 3, 1, 0, 1, 0], [1, 0, 1, 1, 1, 0], -0.21320071635561041],
    [[12, 5, 2, 4, 19, 19, 14, 4, 4], [0, 6, 2, 5, 6, 19, 14, 6, 4], 0.5231388366621641],
    [[3, 2, 0, 2, 3, 1, 1, 2, 0, 2, 2, 4], [3, 2, 0, 2, 3, 2, 3, 2, 0, 2, 3, 3], 0.6552481246228813],
    [
      [374, 385, 592, 861, 9, 463, 47, 724, 185, 638, 978, 977, 201, 121, 773],
      [839, 385, 363, 861, 473, 766, 47, 302, 968, 638, 525, 977, 201, 946, 773],
      0.1619047619047619,
    ],
    [
      [0, 2, 5, 2, 2, 1, 0, 5, 1, 5, 5, 2, 3, 1, 5, 0, 0, 4, 4, 3],
      [5, 2, 5, 3, 5, 3, 1, 5, 1, 3, 3, 0, 3, 3, 5, 0, 4, 3, 4, 2],
      0.3334388644874541,
    ],
    [
      [298, 481, 413, 923, 150, 115, 386, 841, 544, 982, 183, 642, 959, 511, 888, 346, 184, 91, 503, 278],
      [298, 481, 413, 814, 150, 115, 386, 841, 721, 982, 183, 707, 959, 511, 182, 346, 560, 91, 280, 836],
      0.6105263157894737,
    ],
  ])('scipy, table %#', (x, y, expected) => {
    expect(kendallTau(x, y)).toBeCloseTo(expected, 14);
  });

  test('is what counting pairs gives, and null where nothing is ordered', () => {
    fc.assert(
      fc.property(samples, ([x, y]) => {
        const expected = byCounts(x, y);
        const found = kendallTau(x, y);
        if (Number.isFinite(expected)) expect(found).toBeCloseTo(expected, 12);
        else expect(found).toBeNull();
      }),
    );
    expect(kendallTau([1], [2])).toBeNull();
  });

  test('depends on order alone, on both measures alike, and turns its sign with one of them', () => {
    fc.assert(
      fc.property(samples, ([x, y]) => {
        const tau = kendallTau(x, y);
        const rising = x.map(value => Math.exp(value) - 7);
        expect(kendallTau(rising, y)).toBe(tau);
        expect(kendallTau(y, x)).toBe(tau);
        const turned = kendallTau(
          x.map(value => -value),
          y,
        );
        expect(turned === null ? null : -turned + 0).toBe(tau === null ? null : tau + 0);
        expect(kendallTau([...x].reverse(), [...y].reverse())).toBe(tau);
      }),
    );
  });

  test('an item that is there twice is not compared with itself', () => {
    fc.assert(
      fc.property(samples, ([x, y]) => {
        const tau = kendallTau(x, y);
        const doubled = kendallTau([...x, ...x], [...y, ...y]);
        if (tau === null) expect(doubled).toBeNull();
        else expect(doubled).toBeCloseTo(tau, 12);
      }),
    );
  });

  test('series of other lengths are refused', () => {
    expect(() => kendallTau([1, 2], [1])).toThrow('equal lengths');
  });
});
