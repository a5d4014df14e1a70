import { expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import type { FrontInput, Measurement } from '../../../src/report/front/front.ts';
import { frontReport } from '../../../src/report/front/front-report.ts';
import { pickWithMargin } from '../../../src/report/front/pick-margin.ts';
import { confidenceWithin } from '../../../src/stats/non-inferiority.ts';
import { pairedDifference } from '../../../src/stats/paired-difference.ts';
import { study } from '../fixture.ts';

/** A candidate with `lost` and `gained` of n images, as the confirm phase sees it. */
function counted(ratio: number, lost: number, gained: number, n: number): Measurement {
  const dense = new Uint8Array(n).fill(0);
  const candidate = new Uint8Array(n).fill(0);
  dense.fill(1, 0, lost);
  candidate.fill(1, n - gained);
  const { difference, standardError } = pairedDifference(dense, candidate);
  return {
    ratio,
    interval: [ratio * 0.99, ratio * 1.01],
    latencyQuality: 'good',
    conditions: null,
    accuracy: 0.8 - difference,
    drop: difference,
    dropStandardError: standardError,
  };
}

function of(n: number, candidates: readonly (readonly [ratio: number, lost: number, gained: number])[]): FrontInput {
  const input = study(
    candidates.map(([ratio], at) => [at + 1, [ratio, 0.001 * at], [ratio, 0]]),
    true,
  );
  const confirm = { ...input.dense.search, images: n };
  return {
    ...input,
    dense: { ...input.dense, confirm },
    trials: input.trials.map((trial, at) => {
      const [ratio = 1, lost = 0, gained = 0] = candidates[at] ?? [];
      return { ...trial, confirm: counted(ratio, lost, gained, n) };
    }),
  };
}

test('the fastest that is sure, at the level that allows for all that were looked at', () => {
  const report = frontReport(
    of(1000, [
      [0.5, 30, 5],
      [0.7, 4, 2],
      [0.9, 0, 0],
    ]),
  );
  const picked = pickWithMargin(report, { drop: 0.02 }, 0.95);
  expect(picked).toMatchObject({ looked: 3, moreImages: null });
  expect(picked.point?.trial).toBe(2);
  expect(confidenceWithin(4, 2, 1000, 0.02)).toBeGreaterThan(1 - 0.05 / 3);
  expect(confidenceWithin(4, 2, 1000, picked.worstDrop ?? 0)).toBeCloseTo(1 - 0.05 / 3, 9);
  expect(picked.why).toContain('95 % confidence');
});

test('stay with the dense model, and how many images more would settle it', () => {
  const report = frontReport(
    of(175, [
      [0.5, 9, 1],
      [0.9, 0, 0],
    ]),
  );
  const { point, why, moreImages } = pickWithMargin(report, { drop: 0.01 }, 0.95);
  expect(point).toBeNull();
  expect(why).toContain('Stay with the dense model');
  expect(why).toContain('trial 2');
  const n = 175 + (moreImages ?? 0);
  expect(confidenceWithin(0, 0, n, 0.01)).toBeGreaterThanOrEqual(1 - 0.05 / 2);
  expect(confidenceWithin(0, 0, 0.8 * n, 0.01)).toBeLessThan(1 - 0.05 / 2);
});

test('one that loses more than the limit is settled by no number of images', () => {
  const report = frontReport(of(400, [[0.5, 40, 2]]));
  const { point, why, moreImages } = pickWithMargin(report, { drop: 0.01 }, 0.9);
  expect({ point, moreImages }).toEqual({ point: null, moreImages: null });
  expect(why).toContain('more images would hardly');
});

test('what is not confirmed does not count, nor what is too slow', () => {
  const input = of(1000, [
    [0.5, 0, 0],
    [0.8, 0, 0],
  ]);
  const [first, second] = input.trials;
  if (!first || !second) throw new Error('two trials');
  const open = frontReport({ ...input, trials: [{ ...first, confirm: null }, second] });
  expect(pickWithMargin(open, { drop: 0.01 }, 0.95).point?.trial).toBe(2);
  expect(pickWithMargin(open, { drop: 0.01, speedup: 1.5 }, 0.95).point).toBeNull();
});

test('of many searches whose trials all lose just the limit, at most one in twenty picks any', () => {
  const rng = seededRng(11);
  const n = 400;
  const searches = 400;
  let wrong = 0;
  for (let run = 0; run < searches; run++) {
    const candidates = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map(ratio => {
      let [lost, gained] = [0, 0];
      for (let i = 0; i < n; i++) {
        const u = rng.uniform();
        if (u < 0.03) lost++;
        else if (u < 0.04) gained++;
      }
      return [ratio, lost, gained] as const;
    });
    if (pickWithMargin(frontReport(of(n, candidates)), { drop: 0.02 }, 0.95).point) wrong++;
  }
  // Three standard errors of 400 searches are 3.3 %.
  expect(wrong / searches).toBeLessThan(0.05 + 0.033);
});
