import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedAccuracy } from '../../src/stats/paired-answers.ts';

const bits = (n: number) => fc.array(fc.integer({ min: 0, max: 1 }), { minLength: n, maxLength: n });
const pairs = fc.integer({ min: 2, max: 60 }).chain(n => fc.tuple(bits(n), bits(n)));

describe('pairedAccuracy', () => {
  it('is the difference of the accuracies with the error of the mean of differences', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const { drop, standardError, lost, gained, images } = pairedAccuracy(Uint8Array.from(a), Uint8Array.from(b));
        const mean = (each: number[]): number => each.reduce((sum, x) => sum + x, 0) / each.length;
        expect(drop).toBeCloseTo(mean(a) - mean(b), 12);
        // From the counts alone (McNemar): ((b + c) - (b - c)^2 / n) / (n - 1) / n.
        const variance = (lost + gained - (lost - gained) ** 2 / images) / (images - 1) / images;
        expect(standardError).toBeCloseTo(Math.sqrt(Math.max(0, variance)), 10);
      }),
    );
  });
  it('turns its sign when the two change places', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        const there = pairedAccuracy(Uint8Array.from(a), Uint8Array.from(b));
        const back = pairedAccuracy(Uint8Array.from(b), Uint8Array.from(a));
        expect(back.drop).toBeCloseTo(-there.drop, 12);
        expect(back.interval[0]).toBeCloseTo(-there.interval[1], 12);
        expect([back.lost, back.gained]).toEqual([there.gained, there.lost]);
      }),
    );
  });
  it('keeps an interval when nothing differs', () => {
    const same = new Uint8Array(100).fill(1);
    const { drop, standardError, interval } = pairedAccuracy(same, same);
    expect([drop, standardError]).toEqual([0, 0]);
    // b = c = 0, n = 100: +- 1.96 / 102.
    expect(interval[1]).toBeCloseTo(1.959963984540054 / 102, 12);
  });
  it('covers the true drop about as often as it says', () => {
    // Exhaustive over (lost, gained) of a trinomial with 5 % lost and 1 % gained on 100 images.
    const n = 100;
    const [p, q] = [0.05, 0.01];
    const logFactorial = (k: number): number =>
      Array.from({ length: k }, (_, i) => Math.log(i + 1)).reduce((x, y) => x + y, 0);
    let covered = 0;
    for (let b = 0; b <= 30; b++)
      for (let c = 0; c <= 12; c++) {
        const dense = new Uint8Array(n).fill(1, 0, b);
        const candidate = new Uint8Array(n).fill(1, b, b + c);
        const [low, high] = pairedAccuracy(dense, candidate).interval;
        const log = logFactorial(n) - logFactorial(b) - logFactorial(c) - logFactorial(n - b - c);
        const chance = Math.exp(log + b * Math.log(p) + c * Math.log(q) + (n - b - c) * Math.log(1 - p - q));
        if (low <= p - q && p - q <= high) covered += chance;
      }
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.99);
  });
  it('wants the same images', () => {
    expect(() => pairedAccuracy(new Uint8Array(3), new Uint8Array(4))).toThrow(/found 3 and 4/);
  });
});
