import { expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { bootstrapInterval, drawn } from '../../src/stats/bootstrap.ts';
import { z95 } from '../../src/stats/normal.ts';

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('of a mean it is nearly the interval of the normal distribution', () => {
  const rng = seededRng(4);
  const sample = Array.from({ length: 200 }, () => rng.uniform());
  const centre = mean(sample);
  const deviation = Math.sqrt(mean(sample.map(value => (value - centre) ** 2)));
  const [low, high] = bootstrapInterval(200, counts => mean(drawn(sample, counts)), { rng, resamples: 4000 })!;
  const half = (z95 * deviation) / Math.sqrt(200);
  expect(low).toBeCloseTo(centre - half, 2);
  expect(high).toBeCloseTo(centre + half, 2);
});

test('draws as many items as there are, in the same order for the same seed', () => {
  const seen: (readonly number[])[] = [];
  const run = (): unknown =>
    bootstrapInterval(5, counts => seen.push([...counts]) && counts[0]!, { rng: seededRng(1), resamples: 50 });
  expect(run()).toEqual(run());
  expect(seen.every(counts => counts.reduce((sum, count) => sum + count, 0) === 5)).toBe(true);
  expect(drawn(['a', 'b', 'c'], [2, 0, 1])).toEqual(['a', 'a', 'c']);
});

test('is null where most resamples say nothing, or all the same', () => {
  expect(bootstrapInterval(3, () => 1, { rng: seededRng(1) })).toBeNull();
  expect(bootstrapInterval(3, () => null, { rng: seededRng(1) })).toBeNull();
});
