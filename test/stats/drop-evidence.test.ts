/** What images say of a drop: counts as their own test has it, grades against a simulation. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, test } from 'vitest';
import { dropEvidence } from '../../src/stats/drop-evidence.ts';
import { confidenceWithin, greatestDrop, imagesForConfidence } from '../../src/stats/non-inferiority.ts';
import { pairedDifference } from '../../src/stats/paired-difference.ts';

test('of counted images the counts are found again', () => {
  for (const [lost, gained, images] of [
    [3, 1, 100],
    [0, 0, 20],
    [12, 12, 350],
  ] as const) {
    const dense = Array.from({ length: images }, (_, i) => (i < lost ? 1 : i < lost + gained ? 0 : 1));
    const candidate = dense.map((right, i) => (i < lost + gained ? 1 - right : right));
    const { difference: drop, standardError } = pairedDifference(dense, candidate);
    const evidence = dropEvidence({ drop, standardError, images, graded: false });
    expect(evidence.within(0.05)).toBe(confidenceWithin(lost, gained, images, 0.05));
    expect(evidence.greatest(0.95)).toBe(greatestDrop(lost, gained, images, 0.95));
    expect(evidence.imagesFor(0.05, 0.95)).toBe(imagesForConfidence(lost, gained, images, 0.05, 0.95));
  }
});

describe('of graded images', () => {
  test('the end of the interval is where the confidence is, and so many images move it to the limit', () => {
    const evidence = dropEvidence({ drop: 0.01, standardError: 0.004, images: 200, graded: true });
    const end = evidence.greatest(0.9);
    expect(end).toBeGreaterThan(0.01);
    expect(evidence.within(end)).toBeCloseTo(0.9, 9);
    expect(evidence.within(0.02) + evidence.beyond(0.02)).toBeCloseTo(1, 12);
    const images = evidence.imagesFor(0.012, 0.9);
    const then = dropEvidence({ drop: 0.01, standardError: 0.004 * Math.sqrt(200 / images), images, graded: true });
    expect(then.within(0.012)).toBeGreaterThanOrEqual(0.9);
    expect(then.within(0.012)).toBeLessThan(0.902);
    expect(evidence.imagesFor(0.01, 0.9)).toBe(Number.POSITIVE_INFINITY);
  });

  test('grades that never differ are certain', () => {
    const same = dropEvidence({ drop: 0, standardError: 0, images: 50, graded: true });
    expect([same.within(0.01), same.beyond(0.01), same.greatest(0.95), same.imagesFor(0.01, 0.95)]).toEqual([
      1, 0, 0, 1,
    ]);
  });

  test('a drop at the limit passes as often as the confidence leaves open', () => {
    const random = xoroshiro128plus(11);
    const uniform = (): number => (random.next() >>> 0) / 2 ** 32;
    let passed = 0;
    const runs = 4000;
    for (let run = 0; run < runs; run++) {
      // Uniform differences on [-0.1, 0.14]: their mean is the limit.
      const dense = Array.from({ length: 60 }, () => 0.24 * uniform() - 0.1);
      const { difference: drop, standardError } = pairedDifference(
        dense,
        dense.map(() => 0),
      );
      if (dropEvidence({ drop, standardError, images: 60, graded: true }).within(0.02) >= 0.95) passed++;
    }
    expect(passed / runs).toBeGreaterThan(0.04);
    expect(passed / runs).toBeLessThan(0.066);
  });
});
