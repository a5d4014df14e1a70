import { describe, expect, it } from 'vitest';
import { gradesOfWhole, metricFault } from '../../src/metric/own-metric.ts';
import { seededRng } from '../../src/random/rng.ts';
import { estimateOf } from '../../src/stats/marks.ts';

describe('grades of a figure of all images', () => {
  const rng = seededRng(4);
  const values = Array.from({ length: 60 }, () => rng.uniform());
  const meanOf = (places: readonly number[]): number =>
    places.reduce((sum, place) => sum + (values[place] ?? 0), 0) / places.length;

  it('have the figure as their mean, and its error by the bootstrap', () => {
    const plain = estimateOf(values);
    const found = estimateOf(gradesOfWhole(values.length, meanOf));
    expect(found.value).toBeCloseTo(plain.value, 10);
    // Of a mean the error is known; 200 resamples tell it within a tenth or two.
    expect(found.standardError / plain.standardError).toBeGreaterThan(0.8);
    expect(found.standardError / plain.standardError).toBeLessThan(1.2);
  });

  it('of a mean rank the images as their values do', () => {
    const grades = gradesOfWhole(values.length, meanOf);
    const order = (of: readonly number[]): number[] => [...of.keys()].sort((a, b) => (of[a] ?? 0) - (of[b] ?? 0));
    expect(order(grades)).toEqual(order(values));
  });

  it('know a figure that is no mean: the largest of all', () => {
    const largest = (places: readonly number[]): number => Math.max(...places.map(place => values[place] ?? 0));
    expect(estimateOf(gradesOfWhole(values.length, largest)).value).toBeCloseTo(Math.max(...values), 10);
  });

  it('are all the same where images do not matter', () => {
    expect(new Set(gradesOfWhole(20, () => 0.5))).toEqual(new Set([0.5]));
  });
});

describe('what a module exports', () => {
  const image = (): number => 1;
  it('is a label and a function', () => expect(metricFault({ label: 'IoU', image })).toBeNull());
  it.each([
    [undefined, /no default export/],
    [{ image }, /no label/],
    [{ label: 'a [b]', image }, /no label/],
    [{ label: 'a' }, /no function "image"/],
    [{ label: 'a', image, whole: 3 }, /"whole" is no function/],
    [{ label: 'a', image, best: 1, worst: 1 }, /no two different numbers/],
    [{ label: 'a', image, unit: 3 }, /unit is no text/],
  ])('%j is refused', (given, message) => expect(metricFault(given)).toMatch(message));
});
