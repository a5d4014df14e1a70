import { describe, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { leastPairsFor, statisticError, statisticOf } from '../../src/stats/latency-statistic.ts';
import { median } from '../../src/stats/robust.ts';

const oneTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('the statistic of a latency', () => {
  test('is the value that so many calls keep to', () => {
    const values = oneTo(1000);
    expect(statisticOf(values, 'median')).toBe(median(values));
    expect(Math.abs(statisticOf(values, 'p90') - 900)).toBeLessThan(1);
    expect(Math.abs(statisticOf(values, 'p99') - 990)).toBeLessThan(1);
    expect(statisticOf([...values].reverse(), 'p99')).toBe(statisticOf(values, 'p99'));
    expect(() => statisticOf([], 'p99')).toThrow(RangeError);
  });

  test('a tail demands pairs enough to have 20 beyond it', () => {
    expect([leastPairsFor('median'), leastPairsFor('p90'), leastPairsFor('p99')]).toEqual([0, 200, 2000]);
  });

  test.each(['p90', 'p99'] as const)('the error of a %s is what other samples of the kind show', statistic => {
    const rng = seededRng(4);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
    const said: number[] = [];
    const logs: number[] = [];
    for (let run = 0; run < 400; run++) {
      const values = Array.from({ length: 500 }, () => Math.exp(0.1 * normal()));
      said.push(statisticError(values, statistic) ** 2);
      logs.push(Math.log(statisticOf(values, statistic)));
    }
    const mean = logs.reduce((sum, each) => sum + each, 0) / logs.length;
    const spread = Math.sqrt(logs.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (logs.length - 1));
    const error = Math.sqrt(said.reduce((sum, each) => sum + each, 0) / said.length);
    expect(error / spread).toBeGreaterThan(0.85);
    expect(error / spread).toBeLessThan(1.25);
    expect(statisticError([1, 2, 3], 'median')).toBe(0);
  });
});
