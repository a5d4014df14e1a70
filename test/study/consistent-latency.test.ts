import { describe, expect, test } from 'vitest';
import { type Rng, seededRng } from '../../src/random/rng.ts';
import { blockRatios, consistentLatency, withinPrediction } from '../../src/study/consistent-latency.ts';

/** Pairs of calls whose ratio is `ratio`, under noise that both share and noise that each has. */
function samples(ratio: number, pairs: number, noise: number, rng: Rng) {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
  let level = 20;
  const candidateSamplesMs: number[] = [];
  const referenceSamplesMs: number[] = [];
  for (let i = 0; i < pairs; i++) {
    level *= 1 + 0.02 * normal();
    referenceSamplesMs.push(level * (1 + noise * Math.abs(normal())));
    candidateSamplesMs.push(level * ratio * (1 + noise * Math.abs(normal())));
  }
  return { candidateSamplesMs, referenceSamplesMs };
}

const share = (before: number, now: number, noise: number): number => {
  const runs = Array.from({ length: 200 }, (_, seed) => {
    const rng = seededRng(seed);
    return consistentLatency(samples(before, 100, noise, rng), samples(now, 100, noise, rng)).consistent;
  });
  return runs.filter(Boolean).length / runs.length;
};

describe('two measurements of one candidate', () => {
  test('agree, however noisy the machine', () => {
    for (const noise of [0.005, 0.05, 0.15]) expect(share(0.8, 0.8, noise)).toBeGreaterThan(0.98);
  });

  test('agree when they differ by less than repeated measurements do', () => {
    expect(share(0.8, 0.8 * 1.015, 0.03)).toBeGreaterThan(0.98);
    expect(share(0.8, 0.8 / 1.015, 0.03)).toBeGreaterThan(0.98);
  });

  test('do not agree when one is faster by a tenth, in either direction', () => {
    expect(share(0.8, 0.72, 0.03)).toBeLessThan(0.02);
    expect(share(0.72, 0.8, 0.03)).toBeLessThan(0.02);
  });
});

test('a computed latency, one pair without noise, must be the same', () => {
  const at = (ms: number) => ({ candidateSamplesMs: [ms], referenceSamplesMs: [10] });
  expect(consistentLatency(at(8), at(8)).consistent).toBe(true);
  expect(consistentLatency(at(8), at(9)).consistent).toBe(false);
});

test('blocks follow the order in which pairs were taken, and a level that both share cancels', () => {
  const candidateSamplesMs = Array.from({ length: 40 }, (_, i) => 8 * (i + 1));
  const referenceSamplesMs = Array.from({ length: 40 }, (_, i) => 10 * (i + 1));
  expect(blockRatios({ candidateSamplesMs, referenceSamplesMs })).toEqual(Array(8).fill(0.8));
});

describe('one more of five measurements', () => {
  const spread = (s: number, mean = 0.7): number[] => [-1.2, -0.5, 0, 0.4, 1.3].map(z => mean * Math.exp(s * z));

  test('is what lies within their 99 % prediction interval, by the closed form', () => {
    // Logs -1.2 s ... 1.3 s: mean 0, variance s^2 (1.44 + 0.25 + 0.16 + 1.69) / 4 = 0.885 s^2; 4.6041 sqrt(0.885 * 1.2) s = 4.7447 s.
    const edge = Math.exp(4.7447 * 0.03);
    expect(withinPrediction(0.7 * edge * 0.999, spread(0.03))).toBe(true);
    expect(withinPrediction(0.7 * edge * 1.001, spread(0.03))).toBe(false);
    expect(withinPrediction((0.7 / edge) * 1.001, spread(0.03))).toBe(true);
    expect(withinPrediction((0.7 / edge) * 0.999, spread(0.03))).toBe(false);
  });

  test('is also what lies within 3 % of measurements that hardly differ', () => {
    expect(withinPrediction(0.7 * 1.029, spread(1e-4))).toBe(true);
    expect(withinPrediction(0.7 * 1.031, spread(1e-4))).toBe(false);
  });
});
