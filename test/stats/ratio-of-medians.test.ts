import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Rng, seededRng } from '../../src/random/rng.ts';
import { ratioInterval, ratioOfMedians, relativeHalfWidth } from '../../src/stats/ratio-of-medians.ts';
import { median, quantile } from '../../src/stats/robust.ts';

const positive = fc.array(
  fc.tuple(fc.double({ min: 1, max: 9, noNaN: true }), fc.double({ min: 1, max: 9, noNaN: true })),
  {
    minLength: 1,
    maxLength: 40,
  },
);

/** The same draws, with the resample written out and sorted afresh every time. */
function plainInterval(x: readonly number[], y: readonly number[], length: number, resamples: number, rng: Rng) {
  const n = x.length;
  const logs: number[] = [];
  for (let b = 0; b < resamples; b++) {
    const drawn: number[] = [];
    while (drawn.length < n) {
      const start = rng.integer(n);
      for (let k = 0; k < length && drawn.length < n; k++) drawn.push((start + k) % n);
    }
    logs.push(Math.log(median(drawn.map(i => x[i]!)) / median(drawn.map(i => y[i]!))));
  }
  return [Math.exp(quantile(logs, 0.025)), Math.exp(quantile(logs, 0.975))];
}

describe('ratioInterval', () => {
  test('agrees with a bootstrap written the plain way', () => {
    fc.assert(
      fc.property(positive, fc.integer({ min: 1, max: 7 }), fc.integer(), (pairs, blockLength, seed) => {
        const x = pairs.map(pair => pair[0]);
        const y = pairs.map(pair => pair[1]);
        const fast = ratioInterval(x, y, { rng: seededRng(seed), resamples: 50, blockLength });
        const slow = plainInterval(x, y, Math.min(blockLength, x.length), 50, seededRng(seed));
        expect(fast[0]).toBeCloseTo(slow[0]!, 12);
        expect(fast[1]).toBeCloseTo(slow[1]!, 12);
      }),
      { numRuns: 50 },
    );
  });

  test('scales with x, inverts when x and y swap, and is seeded', () => {
    const rng = seededRng(4);
    const x = Array.from({ length: 60 }, () => 10 + rng.uniform());
    const y = Array.from({ length: 60 }, () => 20 + 3 * rng.uniform());
    const of = (a: number[], b: number[]) => ratioInterval(a, b, { rng: seededRng(1), resamples: 400 });
    const [low, high] = of(x, y);
    const scaled = of(
      x.map(v => 8 * v),
      y,
    );
    expect(scaled[0]).toBeCloseTo(8 * low, 10);
    expect(scaled[1]).toBeCloseTo(8 * high, 10);
    const swapped = of(y, x);
    expect(swapped[0]).toBeCloseTo(1 / high, 10);
    expect(swapped[1]).toBeCloseTo(1 / low, 10);
    expect(of(x, y)).toEqual([low, high]);
    expect(low).toBeLessThan(high);
  });

  test('identical series give exactly 1', () => {
    const x = Array.from({ length: 31 }, (_, i) => 5 + Math.sin(i));
    expect(ratioOfMedians(x, x)).toBe(1);
    expect(ratioInterval(x, x, { rng: seededRng(0) })).toEqual([1, 1]);
  });

  test('covers the truth about 95 times in 100 for independent noise', () => {
    expect(coverage(0)).toBeGreaterThan(0.9);
    expect(coverage(0)).toBeLessThan(0.99);
  });

  test('blocks keep the coverage when noise persists from pair to pair, single pairs lose it', () => {
    const blocks = coverage(0.7);
    const single = coverage(0.7, 1);
    expect(blocks).toBeGreaterThan(single + 0.05);
    expect(blocks).toBeGreaterThan(0.8);
  });

  test('series that are not paired are refused', () => {
    expect(() => ratioInterval([1, 2], [1], { rng: seededRng(0) })).toThrow('expected equal lengths, found 2 and 1');
    expect(() => ratioOfMedians([], [])).toThrow('found none');
  });
});

/** Share of 300 intervals that hold the true ratio 0.8; the noise of x is autoregressive with coefficient `persistence`. */
function coverage(persistence: number, blockLength?: number): number {
  const rng = seededRng(99);
  let held = 0;
  for (let trial = 0; trial < 300; trial++) {
    let state = 0;
    const x: number[] = [];
    const y: number[] = [];
    for (let i = 0; i < 120; i++) {
      state = persistence * state + normal(rng);
      x.push(8 * (1 + 0.03 * state));
      y.push(10 * (1 + 0.03 * normal(rng)));
    }
    const [low, high] = ratioInterval(x, y, { rng, resamples: 300, ...(blockLength ? { blockLength } : {}) });
    if (low <= 0.8 && 0.8 <= high) held++;
  }
  return held / 300;
}

const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

test('relativeHalfWidth', () => {
  expect(relativeHalfWidth([0.45, 0.55], 0.5)).toBeCloseTo(0.1, 12);
});
