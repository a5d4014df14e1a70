import { expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { randomStrategy } from '../../src/tuner/random.ts';
import type { Configuration } from '../../src/tuner/strategy.ts';
import { strategyContract } from './contract.ts';

strategyContract('random', problem => randomStrategy(problem));

test.each([2, 8])('the configurations left are equally likely, with %d of 12 taken', taken => {
  const problem = { ladderLengths: [3, 4], objectives: 1 };
  const all: Configuration[] = Array.from({ length: 12 }, (_, i) => [i % 3, Math.floor(i / 3)]);
  const rng = seededRng(1);
  const counts = new Map<string, number>();
  const draws = 12_000;
  for (let i = 0; i < draws; i++) {
    const key = String(randomStrategy(problem).ask([], all.slice(0, taken), rng));
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  expect(counts.size).toBe(12 - taken);
  // Pearson's chi-squared against the uniform law; 27.9 is its 99.9 % quantile at 9 degrees of freedom.
  const expected = draws / counts.size;
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  expect(chiSquared).toBeLessThan(27.9);
});
