import { describe, expect, test } from 'vitest';
import { knownBias, latencyFigures } from '../../src/device/summary.ts';
import { seededRng } from '../../src/random/rng.ts';
import { median } from '../../src/stats/robust.ts';

const rng = seededRng(2);
const samples = (n: number, ms: number): number[] => Array.from({ length: n }, () => ms * (1 + 0.05 * rng.uniform()));
const pairs = {
  candidateSamplesMs: [...samples(20, 6), ...samples(12, 6.3), ...samples(15, 5.9)],
  referenceSamplesMs: samples(47, 10),
};

describe('latencyFigures', () => {
  const figures = latencyFigures(pairs, [20, 12, 15], 'good');

  test('follow from the samples alone, also as 32-bit floats keep them', () => {
    expect(latencyFigures(structuredClone(pairs), [20, 12, 15], 'good')).toEqual(figures);
    const kept = {
      candidateSamplesMs: pairs.candidateSamplesMs.map(Math.fround),
      referenceSamplesMs: pairs.referenceSamplesMs.map(Math.fround),
    };
    expect(latencyFigures(kept, [20, 12, 15], 'good').ratio).toBeCloseTo(figures.ratio, 6);
    expect(figures.candidateMs).toBe(median(pairs.candidateSamplesMs));
  });

  test('a session counts once, however many pairs it has', () => {
    const expected = (0.6 * 0.63 * 0.59) ** (1 / 3);
    expect(Math.abs(figures.ratio / expected - 1)).toBeLessThan(0.01);
  });

  test('a spell of load that slows both down does not move the ratio', () => {
    const slowed = (values: readonly number[]): number[] => values.map((ms, i) => (i < 9 ? 1.7 * ms : ms));
    const loaded = {
      candidateSamplesMs: slowed(pairs.candidateSamplesMs),
      referenceSamplesMs: slowed(pairs.referenceSamplesMs),
    };
    expect(Math.abs(latencyFigures(loaded, [20, 12, 15], 'good').ratio / figures.ratio - 1)).toBeLessThan(0.01);
  });

  test('a disturbed interval is wider by what disturbance is known to do', () => {
    const { interval, ratio } = latencyFigures(pairs, [20, 12, 15], 'disturbed');
    expect(ratio).toBe(figures.ratio);
    expect(interval[0]).toBeCloseTo(figures.interval[0] / knownBias, 12);
    expect(interval[1]).toBeCloseTo(figures.interval[1] * knownBias, 12);
  });

  test('sessions that do not add up are a mistake', () => {
    expect(() => latencyFigures(pairs, [20, 12], 'good')).toThrow(RangeError);
  });
});
