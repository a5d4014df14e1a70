import { expect, test } from 'vitest';
import { changeOf, wallMsOf } from '../../../src/study/search/trial-events.ts';

test('the wall time of a trial counts the correction once: it is a part of the build', () => {
  expect(wallMsOf({ buildMs: 900, correctionMs: 700, latencyMs: 3000, accuracyMs: 2000 })).toBe(5900);
  expect(wallMsOf({ buildMs: 900, latencyMs: null, accuracyMs: null })).toBe(900);
});

test('a change against the dense model has its 95 %, and against nothing it is none', () => {
  const dense = new Uint8Array(100).fill(1);
  const candidate = Uint8Array.from(dense, (_, i) => (i < 10 ? 0 : 1));
  const { drop, halfWidth } = changeOf(dense, candidate);
  expect(drop).toBeCloseTo(0.1, 12);
  // Agresti and Min: 1.96 sqrt(10 + 1 - 100 / 102) / 102; ours does not shrink by n / (n + 2), and is wider by 2.2 %.
  const theirs = (1.96 * Math.sqrt(11 - 100 / 102)) / 102;
  expect(halfWidth / theirs).toBeGreaterThan(1);
  expect(halfWidth / theirs).toBeLessThan(1.025);
  expect(changeOf(undefined, candidate)).toEqual({ drop: 0, halfWidth: 0 });
});
