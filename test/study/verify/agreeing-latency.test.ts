import { expect, test } from 'vitest';
import { estimateOf, pooled, sessionSpread } from '../../../src/study/verify/agreeing-latency.ts';
import { latencyOf } from '../../store/samples.ts';

const [low, high] = [0.7 * Math.exp(-0.0196), 0.7 * Math.exp(0.0196)];
const stored = { ...latencyOf(1), value: 0.7, interval: [low, high] as const, endedBy: 'interval' };
const over = (sessions: number) => ({
  rule: 1,
  sessionPairs: Array<number>(sessions).fill(10),
  pairsLeftOut: 0,
  waitedMs: 0,
  slowdown: null,
  causes: [],
});

test('an interval over sessions is believed; one from before they were kept lacks what they differ by', () => {
  const of = (sessions: number | null, referenceMs = 13) =>
    estimateOf({ ...stored, referenceMs, conditions: sessions === null ? null : over(sessions) }).standardError;
  expect(of(3)).toBeCloseTo(0.01, 5);
  expect(of(1)).toBe(of(3));
  expect(of(null)).toBeCloseTo(Math.hypot(0.01, 0.01), 5);
  expect(of(null, 2)).toBeCloseTo(Math.hypot(0.01, 0.03), 5);
  expect(sessionSpread(3.1)).toBeLessThan(sessionSpread(2.9));
});

test('equal measurements are averaged, and their error falls with the root of their number', () => {
  const one = { log: Math.log(0.7), standardError: 0.01 };
  expect(pooled([one])).toEqual(one);
  const four = pooled([one, one, one, one]);
  expect(four.log).toBeCloseTo(one.log, 12);
  expect(four.standardError).toBeCloseTo(0.005, 12);
});

test('the better known one weighs more, by the inverse of its variance', () => {
  const { log } = pooled([
    { log: 0, standardError: 0.01 },
    { log: 1, standardError: 0.02 },
  ]);
  // 1 / 0.02² over 1 / 0.01² + 1 / 0.02².
  expect(log).toBeCloseTo(2500 / 12500, 12);
});

test('measurements that differ by more than they should are known less well', () => {
  const apart = pooled([
    { log: -0.1, standardError: 0.001 },
    { log: 0.1, standardError: 0.001 },
  ]);
  // sd = sqrt(0.02), over the root of two.
  expect(apart.standardError).toBeCloseTo(Math.sqrt(0.02) / Math.SQRT2, 12);
});
