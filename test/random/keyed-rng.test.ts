import { describe, expect, it } from 'vitest';
import { beta } from '../../src/random/beta.ts';
import { keyedRng } from '../../src/random/keyed-rng.ts';

describe('keyedRng', () => {
  it('gives the same stream for the same key, and another for any other', () => {
    const first = (...key: number[]): string => {
      const rng = keyedRng(...key);
      return [rng.integer(2 ** 31), rng.integer(2 ** 31)].join();
    };
    expect(first(1, 2, 3)).toBe(first(1, 2, 3));
    const streams = new Set<string>();
    for (let seed = 0; seed < 10; seed++)
      for (let epoch = 0; epoch < 10; epoch++)
        for (let sample = 0; sample < 100; sample++) streams.add(first(seed, epoch, sample));
    expect(streams.size).toBe(10_000);
    expect(first(1, 2)).not.toBe(first(2, 1));
    expect(first(1)).not.toBe(first(1, 0));
  });
  it('has first numbers that are uniform over consecutive keys', () => {
    const bins = new Array<number>(16).fill(0);
    for (let i = 0; i < 16_000; i++) bins[Math.floor(16 * keyedRng(7, 3, i).uniform())]!++;
    // 15 degrees of freedom: 37.7 at 0.001.
    expect(bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(37.7);
  });
});

describe('beta', () => {
  it.each([
    [0.2, 0.2],
    [1, 1],
    [2, 5],
  ])('of (%d, %d) has the moments of its distribution', (a, b) => {
    const values = Array.from({ length: 20_000 }, (_, i) => beta(a, b, keyedRng(1, i)));
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(a / (a + b), 1.9);
    expect(variance).toBeCloseTo((a * b) / ((a + b) ** 2 * (a + b + 1)), 1.9);
    expect(values.every(x => x >= 0 && x <= 1)).toBe(true);
  });
});
