import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binomialStandardError, wilsonInterval } from '../../src/stats/proportion.ts';

describe('wilsonInterval', () => {
  // scipy.stats.binomtest(k, n).proportion_ci(0.95, "wilson")
  test.each([
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371109, 1],
    [219, 350, 0.5739074616981685, 0.6747914903502774],
    [9173, 10000, 0.9117401216863086, 0.9225393932735246],
    [1, 3, 0.06149194472039626, 0.7923403991979523],
  ])('%s of %s, as scipy has it', (k, n, low, high) => {
    const interval = wilsonInterval(k / n, n);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  test('at each end the score test is just at its limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), fc.double({ min: 0.05, max: 0.95, noNaN: true }), (n, p) => {
        for (const end of wilsonInterval(p, n))
          expect(Math.abs(p - end) / binomialStandardError(end, n)).toBeCloseTo(1.959963984540054, 6);
      }),
    );
  });
});

test('binomialStandardError is the standard deviation of the mean of zeros and ones', () => {
  const right = Array.from({ length: 80 }, (_, i) => (i < 60 ? 1 : 0) as number);
  const mean = 60 / 80;
  const variance = right.reduce((sum, r) => sum + (r - mean) ** 2, 0) / 80;
  expect(binomialStandardError(mean, 80)).toBeCloseTo(Math.sqrt(variance / 80), 14);
});

test.each([
  [1.2, 10],
  [-0.1, 10],
  [Number.NaN, 10],
  [0.5, 0],
])('p = %s of n = %s is refused', (p, n) => {
  expect(() => wilsonInterval(p, n)).toThrow(RangeError);
  expect(() => binomialStandardError(p, n)).toThrow(RangeError);
});
