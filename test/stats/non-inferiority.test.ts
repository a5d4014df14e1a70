import { describe, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import {
  confidenceBeyond,
  confidenceWithin,
  countsOf,
  greatestDrop,
  imagesForConfidence,
} from '../../src/stats/non-inferiority.ts';
import { quantileOf, upperTail, z95, z99 } from '../../src/stats/normal.ts';
import { pairedDifference } from '../../src/stats/paired-difference.ts';

/** The likeliest share q by trying a fine grid: slow, and by no formula of the file that is tested. */
function slowScore(b: number, c: number, n: number, m: number): number {
  let [best, likeliest] = [Number.NEGATIVE_INFINITY, 0];
  const term = (count: number, p: number): number => (count === 0 ? 0 : count * Math.log(p));
  const most = (1 - m) / 2;
  for (let i = 0; i <= 200_000; i++) {
    const q = (most * i) / 200_000;
    const log = term(b, q + m) + term(c, q) + term(n - b - c, 1 - 2 * q - m);
    if (log > best) [best, likeliest] = [log, q];
  }
  return (n * m - (b - c) - 0.5) / Math.sqrt(n * (2 * likeliest + m * (1 - m)));
}

describe('the score test', () => {
  test('against the likelihood, maximised on a grid', () => {
    for (const [b, c, n, m] of [
      [24, 10, 350, 0.05],
      [3, 1, 175, 0.01],
      [0, 0, 175, 0.02],
      [40, 41, 1000, 0.005],
      [7, 0, 400, 0.03],
    ] as const)
      expect(confidenceWithin(b, c, n, m)).toBeCloseTo(1 - upperTail(slowScore(b, c, n, m)), 4);
  });

  test('without a limit it is the test of McNemar with the correction of half an image', () => {
    // Z = (c - b - 1/2) / sqrt(b + c)
    expect(confidenceWithin(4, 20, 500, 0)).toBeCloseTo(1 - upperTail((20 - 4 - 0.5) / Math.sqrt(24)), 12);
    expect(confidenceWithin(0, 0, 100, 0)).toBe(0.5);
  });

  test('a wider limit, a smaller loss and more images of the same shares say more', () => {
    expect(confidenceWithin(5, 2, 300, 0.05)).toBeGreaterThan(confidenceWithin(5, 2, 300, 0.03));
    expect(confidenceWithin(5, 2, 300, 0.03)).toBeGreaterThan(confidenceWithin(6, 2, 300, 0.03));
    expect(confidenceWithin(50, 20, 3000, 0.03)).toBeGreaterThan(confidenceWithin(5, 2, 300, 0.03));
    expect(confidenceWithin(5, 2, 300, 0.03) + confidenceBeyond(5, 2, 300, 0.03)).toBeLessThanOrEqual(1);
  });

  test('of ten thousand samples at the limit itself, at most one in twenty is said to be within it', () => {
    const rng = seededRng(5);
    for (const [n, lost, gained] of [
      [200, 0.03, 0.01],
      [400, 0.01, 0],
      [175, 0.04, 0],
      [1000, 0.02, 0.015],
      [350, 0.08, 0.03],
    ] as const) {
      let wrong = 0;
      const samples = 2000;
      for (let sample = 0; sample < samples; sample++) {
        let [b, c] = [0, 0];
        for (let i = 0; i < n; i++) {
          const u = rng.uniform();
          if (u < lost) b++;
          else if (u < lost + gained) c++;
        }
        if (confidenceWithin(b, c, n, lost - gained) >= 0.95) wrong++;
      }
      // Three standard errors of 2,000 samples are 1.5 %.
      expect(wrong / samples, `${n} images, ${lost} lost`).toBeLessThan(0.05 + 0.015);
    }
  });

  test('impossible counts and limits are refused', () => {
    expect(() => confidenceWithin(3, 3, 5, 0.1)).toThrow(RangeError);
    expect(() => confidenceWithin(1, 0, 5, 1)).toThrow(RangeError);
  });
});

test('the greatest drop is where the confidence is just reached', () => {
  const drop = greatestDrop(5, 2, 300, 0.95);
  expect(confidenceWithin(5, 2, 300, drop)).toBeCloseTo(0.95, 9);
  expect(drop).toBeGreaterThan(3 / 300);
});

test('as many images as are said are enough, and one less is not', () => {
  const needed = imagesForConfidence(2, 1, 175, 0.02, 0.95);
  expect(needed).toBeGreaterThan(175);
  const at = (n: number): number => confidenceWithin((2 * n) / 175, n / 175, n, 0.02);
  expect(at(needed)).toBeGreaterThanOrEqual(0.95);
  expect(at(needed - 1)).toBeLessThan(0.95);
  expect(imagesForConfidence(4, 0, 200, 0.02, 0.95)).toBe(Number.POSITIVE_INFINITY);
});

test('counts come back from the mean difference and its standard error', () => {
  const rng = seededRng(9);
  for (let run = 0; run < 50; run++) {
    const n = 20 + rng.integer(400);
    const a = Uint8Array.from({ length: n }, () => rng.integer(2));
    const b = Uint8Array.from(a, each => (rng.integer(10) === 0 ? 1 - each : each));
    let [lost, gained] = [0, 0];
    a.forEach((each, i) => {
      if (each && !b[i]) lost++;
      if (!each && b[i]) gained++;
    });
    const { difference, standardError } = pairedDifference(a, b);
    expect(countsOf(difference, standardError, n)).toEqual({ lost, gained });
  }
});

test('quantiles of the normal distribution', () => {
  expect(quantileOf(0.975)).toBeCloseTo(z95, 10);
  expect(quantileOf(0.995)).toBeCloseTo(z99, 10);
  expect(quantileOf(0.5)).toBeCloseTo(0, 10);
  expect(quantileOf(0.025)).toBeCloseTo(-z95, 10);
  expect(() => quantileOf(1)).toThrow(RangeError);
});
