import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dominates } from '../../../src/tuner/pareto/dominance.ts';
import { frontOf, insertIntoFront } from '../../../src/tuner/pareto/front.ts';
import type { Outcome } from '../../../src/tuner/strategy.ts';

const complete = (values: readonly number[], feasible = true): Outcome => ({
  state: 'complete',
  configuration: [0],
  values,
  standardErrors: values.map(() => 0),
  feasible,
});

test('only complete, feasible outcomes with finite values are on a front', () => {
  const good = complete([2, 2]);
  const front = frontOf([
    { state: 'failed', configuration: [1] },
    { state: 'pruned', configuration: [2], values: [0, 0], standardErrors: [1, 1] },
    complete([1, 1], false),
    complete([Number.NaN, 0]),
    complete([0, Number.NEGATIVE_INFINITY]),
    good,
    complete([3, 3]),
  ]);
  expect(front).toEqual([good]);
});

describe('one by one', () => {
  const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })), { maxLength: 25 });

  test('gives the front that all at once give, equals side by side, and tells who came and went', () => {
    fc.assert(
      fc.property(points, all => {
        let front: readonly (readonly [number, number])[] = [];
        for (const point of all) {
          const { front: next, entered, removed } = insertIntoFront(front, point, each => each);
          expect(entered).toBe(!front.some(each => dominates(each, point)));
          expect(removed).toEqual(front.filter(each => dominates(point, each)));
          expect(next.length).toBe(front.length - removed.length + (entered ? 1 : 0));
          front = next;
        }
        const atOnce = frontOf(all.map(values => complete(values)));
        expect(front.map(String).sort()).toEqual(atOnce.map(each => String(each.values)).sort());
      }),
    );
  });

  test('a value that is no number does not enter', () => {
    expect(insertIntoFront([], [Number.NaN, 1], each => each)).toEqual({ front: [], entered: false, removed: [] });
  });
});
