import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { median, medianAbsoluteDeviation, quantile, relativeSpread } from '../../src/stats/robust.ts';

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

describe('median', () => {
  test('leaves as many values above as below', () => {
    fc.assert(
      fc.property(values, sample => {
        const m = median(sample);
        expect(sample.filter(x => x < m).length).toBeLessThanOrEqual(sample.length / 2);
        expect(sample.filter(x => x > m).length).toBeLessThanOrEqual(sample.length / 2);
      }),
    );
  });

  test('an empty sample is refused', () => {
    expect(() => median([])).toThrow('Cannot summarise a sample: expected at least one value, found none.');
  });
});

test('quantile 0.5 is the median, 0 and 1 the ends', () => {
  fc.assert(
    fc.property(values, sample => {
      expect(quantile(sample, 0.5)).toBe(median(sample));
      expect(quantile(sample, 0)).toBe(Math.min(...sample));
      expect(quantile(sample, 1)).toBe(Math.max(...sample));
    }),
  );
});

test('the MAD does not move with the sample and one wild value hardly moves it', () => {
  expect(medianAbsoluteDeviation([1, 2, 3, 4, 5])).toBe(1);
  expect(medianAbsoluteDeviation([101, 102, 103, 104, 105])).toBe(1);
  expect(medianAbsoluteDeviation([1, 2, 3, 4, 1e9])).toBe(1);
});

test('relative spread of a normal sample is its standard deviation over its mean', () => {
  // The 999 quantiles k / 1000 of N(100, 3).
  const sample = Array.from({ length: 999 }, (_, k) => 100 + 3 * inverseNormal((k + 1) / 1000));
  expect(relativeSpread(sample)).toBeCloseTo(0.03, 4);
});

/** Bisection on a midpoint-rule integral of the density: slow and independent of the code under test. */
function inverseNormal(p: number): number {
  if (p < 0.5) return -inverseNormal(1 - p);
  let x = 0;
  let area = 0.5;
  const step = 1e-3;
  for (; area < p; x += step) area += (step * Math.exp(-((x + step / 2) ** 2) / 2)) / Math.sqrt(2 * Math.PI);
  return x - step / 2;
}
