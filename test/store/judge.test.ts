/** Judging again, against what every trial by itself would have left. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgedAgain } from '../../src/store/judge.ts';
import type { StoredPoint } from '../../src/store/store.ts';
import { frontOf } from './samples.ts';

const trial = fc.record({
  values: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })).map(pair => pair.map(n => n / 4)),
  feasible: fc.boolean(),
});

test('front and hypervolumes are those of a front that is asked for every trial', () => {
  fc.assert(
    fc.property(fc.array(trial, { maxLength: 30 }), trials => {
      const complete = trials.map((each, number) => ({
        ...each,
        number,
        finishedSequence: number + 1,
        hypervolume: 0,
      }));
      let points: readonly StoredPoint[] = [];
      const expected = complete.map(each => {
        points = each.feasible ? [...points, each] : points;
        return { ...each, hypervolume: frontOf(points).hypervolume };
      });
      const judged = judgedAgain([...complete].reverse(), ({ feasible }) => feasible, frontOf);
      expect(judged.trials).toEqual(expected);
      expect(judged.members).toEqual(frontOf(points).members);
    }),
  );
});

test('a front is asked for a trial that may enter it, and for no other', () => {
  let asked = 0;
  const complete = Array.from({ length: 50 }, (_, number) => ({
    number,
    finishedSequence: number,
    values: [1 + number, 1 + number],
    feasible: true,
    hypervolume: 0,
  }));
  judgedAgain(
    complete,
    () => true,
    points => {
      asked++;
      return frontOf(points);
    },
  );
  expect(asked).toBe(1);
});
