import { describe, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { knownSpread, knownWeight, sessionInterval } from '../../src/stats/session-interval.ts';

describe('sessionInterval', () => {
  test('by hand: two sessions, with t of five degrees of freedom', () => {
    const { ratio, interval } = sessionInterval([0.5, 0.52], 0);
    expect(ratio).toBeCloseTo(Math.sqrt(0.5 * 0.52), 12);
    const squares = Math.log(0.52 / 0.5) ** 2 / 2;
    const spread = Math.sqrt((knownWeight * knownSpread ** 2 + squares) / 5);
    const half = (2.570581835636314 * spread) / Math.SQRT2;
    expect(interval[0]).toBeCloseTo(ratio * Math.exp(-half), 10);
    expect(interval[1]).toBeCloseTo(ratio * Math.exp(half), 10);
  });

  test('does not depend on the order, and scales with the ratios', () => {
    const ratios = [0.61, 0.6, 0.63, 0.605];
    const a = sessionInterval(ratios, 0.004);
    const b = sessionInterval([...ratios].reverse(), 0.004);
    expect(b.ratio).toBeCloseTo(a.ratio, 14);
    const doubled = sessionInterval(
      ratios.map(ratio => 2 * ratio),
      0.004,
    );
    expect(doubled.ratio).toBeCloseTo(2 * a.ratio, 12);
    expect(doubled.interval[1]).toBeCloseTo(2 * a.interval[1], 12);
  });

  test('of equal sessions is no point: they are known to differ', () => {
    const { interval } = sessionInterval([0.7, 0.7, 0.7, 0.7, 0.7], 0);
    expect(interval[1] / interval[0]).toBeGreaterThan(1.005);
  });

  test('of one session takes the noise within it into account', () => {
    const quiet = sessionInterval([0.7], 0);
    const noisy = sessionInterval([0.7], 0, 0.05);
    expect(noisy.interval[1]).toBeGreaterThan(quiet.interval[1] * 1.05);
    expect(() => sessionInterval([], 0)).toThrow(RangeError);
  });

  test('adds what changes between measurements in squares', () => {
    const ratios = [0.6, 0.61, 0.6, 0.59];
    const { sampling } = sessionInterval(ratios, 0);
    const { interval, ratio } = sessionInterval(ratios, 0.01);
    expect(Math.log(interval[1] / ratio)).toBeCloseTo(Math.hypot(sampling, 1.959963984540054 * 0.01), 12);
  });

  test.each([0.004, 0.01, 0.014])('holds the truth about as often as it says where sessions spread by %d', spread => {
    const rng = seededRng(8);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
    let held = 0;
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const { interval } = sessionInterval(
        Array.from({ length: 6 }, () => 0.6 * Math.exp(spread * normal())),
        0,
      );
      if (interval[0] <= 0.6 && 0.6 <= interval[1]) held++;
    }
    // Where sessions spread by more than is known, the known part costs a little.
    expect(held / runs).toBeGreaterThan(0.92);
  });
});
