import { expect, test } from 'vitest';
import { lostShare } from '../../src/device/gaps.ts';

/** A clock that goes on by a microsecond a look, and jumps at some looks. */
function clock(jumps: Readonly<Record<number, number>>) {
  let now = 0;
  let looks = 0;
  return () => {
    now += 0.001 + (jumps[looks++] ?? 0);
    return now;
  };
}

test('a thread that keeps its core loses nothing', () => {
  expect(lostShare(clock({}), 10)).toBe(0);
});

test('gaps are added up, also one that outlasts the probe', () => {
  expect(lostShare(clock({ 500: 2, 900: 3 }), 10)).toBeCloseTo(0.5, 2);
  expect(lostShare(clock({ 1000: 99 }), 10)).toBeCloseTo(0.99, 2);
});

test('small steps of a coarse clock are no gaps', () => {
  const coarse = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [10 * i, 0.05]));
  expect(lostShare(clock(coarse), 10)).toBe(0);
});
