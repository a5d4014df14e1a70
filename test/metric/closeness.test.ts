import { describe, expect, it } from 'vitest';
import { type ClosenessRule, closeness, type ImageOutput, ruleFor } from '../../src/metric/closeness.ts';
import { seededRng } from '../../src/random/rng.ts';

const row = (...data: number[]): ImageOutput => ({ data: Float64Array.from(data), sizes: [data.length] });
const map = (sizes: readonly number[], data: readonly number[]): ImageOutput => ({ sizes, data });
const noise = (seed: number, count: number): number[] => {
  const rng = seededRng(seed);
  return Array.from({ length: count }, () => rng.uniform() - 0.5);
};

describe('closeness', () => {
  it.each(['scores', 'embedding', 'map', 'signal', 'labels'] as ClosenessRule[])(
    'of an output to itself by %s is 1',
    rule => {
      const output = map([3, 4, 5], noise(1, 60));
      expect(closeness(rule, output, output)).toBe(1);
    },
  );

  it('of scores is exp(-KL), whatever is added to them', () => {
    // p = (1/4, 3/4), q = (1/2, 1/2): KL = ln 2 - H(p)
    const kl = 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5);
    expect(closeness('scores', row(0, Math.log(3)), row(0, 0))).toBeCloseTo(Math.exp(-kl), 12);
    expect(closeness('scores', row(7, 7 + Math.log(3)), row(-100, -100))).toBeCloseTo(Math.exp(-kl), 12);
    // Probabilities are taken as they are.
    expect(closeness('scores', row(0.25, 0.75), row(0.5, 0.5))).toBeCloseTo(Math.exp(-kl), 12);
  });

  it('of embeddings is the cosine, whatever their lengths', () => {
    expect(closeness('embedding', row(1, 0), row(3, 3))).toBeCloseTo(Math.SQRT1_2, 12);
    expect(closeness('embedding', row(1, 0), row(-2, 0))).toBe(0);
    expect(closeness('embedding', row(0, 0), row(0, 0))).toBe(1);
  });

  it('of a mask in which nothing is found is not that of its rounding', () => {
    const empty = [1e-9, 2e-9, 0, 1e-9];
    const rounded = [2e-9, 1e-9, 1e-9, 0];
    expect(closeness('map', map([1, 2, 2], empty), map([1, 2, 2], rounded))).toBeGreaterThan(1 - 1e-9);
    // Something that is found where nothing is, is a difference all the same: 0.1 at one place of four, against 0.001 at all.
    const found = closeness('map', map([1, 2, 2], [0, 0, 0, 0]), map([1, 2, 2], [0.1, 0, 0, 0]));
    expect(found).toBeCloseTo((4e-6 / (4e-6 + 0.01) + 1) / 2, 9);
    // Maps that are no shares are taken as they are.
    expect(closeness('map', map([1, 1, 2], [-1e-9, 0]), map([1, 1, 2], [-2e-9, 0]))).toBeLessThan(0.8);
  });

  it('of signals follows from the signal-to-noise ratio', () => {
    expect(closeness('signal', row(10, 0), row(10, 1))).toBeCloseTo(100 / 101, 12); // 20 dB
    expect(closeness('signal', row(2, -2), row(4, -4))).toBeCloseTo(1 / 2, 12); // 0 dB
    expect(closeness('signal', row(0), row(1))).toBe(0);
  });

  it('of maps counts the places with the same largest channel, wherever the channels are', () => {
    // Two channels, 2 x 2: the second wins at the last place only.
    const d = [1, 1, 1, 0, 0, 0, 0, 1];
    const y = [1, 1, 0, 0, 0, 0, 1, 1];
    const planes = closeness('map', map([2, 2, 2], d), map([2, 2, 2], y));
    expect(planes).toBeCloseTo((4 / (4 + 2) + 3 / 4) / 2, 12);
    const last = (values: readonly number[], places: number): number[] =>
      Array.from({ length: values.length }, (_, i) => values[(i % 2) * places + Math.floor(i / 2)] ?? 0);
    const long = noise(3, 18);
    const other = noise(4, 18);
    expect(closeness('map', map([3, 3, 2], last(long, 9)), map([3, 3, 2], last(other, 9)))).toBeCloseTo(
      closeness('map', map([2, 3, 3], long), map([2, 3, 3], other)),
      12,
    );
  });

  it('of a mask of one channel counts the places on the same side', () => {
    expect(closeness('map', map([1, 1, 2], [0.9, 0.1]), map([1, 1, 2], [0.9, 0.8]))).toBeCloseTo(
      (0.82 / (0.82 + 0.49) + 0.5) / 2,
      12,
    );
  });

  it('of labels is the share that is equal', () => {
    const labels = (...data: bigint[]): ImageOutput => ({ data, sizes: [data.length] });
    expect(closeness('labels', labels(1n, 2n, 3n, 4n), labels(1n, 2n, 0n, 4n))).toBe(0.75);
  });

  it('falls as noise grows, by every rule', () => {
    const clean = noise(5, 60);
    for (const rule of ['scores', 'embedding', 'map', 'signal'] as const) {
      const at = (scale: number): number => {
        const noisy = clean.map((each, i) => each + scale * (noise(6, 60)[i] ?? 0));
        return closeness(rule, map([3, 4, 5], clean), map([3, 4, 5], noisy));
      };
      expect(at(0.1)).toBeGreaterThan(at(0.5));
      expect(at(0.5)).toBeGreaterThan(at(3));
    }
  });

  it('is not told of what is not finite', () => {
    for (const rule of ['scores', 'embedding', 'map', 'signal'] as const)
      expect(closeness(rule, row(1, 2), row(1, Number.NaN))).toBeNaN();
  });
});

describe('the rule of an output', () => {
  it('follows from its shape and its numbers', () => {
    expect(ruleFor(row(1, 2, 3), true)).toBe('scores');
    expect(ruleFor(row(0.6, -0.8), true)).toBe('embedding');
    expect(ruleFor(map([4, 8, 8], noise(1, 256)), true)).toBe('map');
    expect(ruleFor(map([9, 256], noise(1, 2304)), true)).toBe('signal');
    expect(ruleFor(row(0.4), true)).toBe('signal');
    expect(ruleFor(row(3), false)).toBe('labels');
  });
});
