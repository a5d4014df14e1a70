import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type StageReached, stageSieve } from '../../src/events/stage.ts';

const reached = (done: number, total: number, stage: StageReached['stage'] = 'factors'): StageReached => ({
  kind: 'stage',
  stage,
  done,
  total,
});

/** What passes, of events at the times of a clock. */
function passed(events: readonly (readonly [atMs: number, event: StageReached])[]): [number, StageReached][] {
  const passes = stageSieve();
  return events.filter(([atMs, event]) => passes(event, atMs)).map(([atMs, event]) => [atMs, event]);
}

/** A stage of `total` steps, each of which takes as long as `stepsMs` says in turn. */
const stage = (total: number, stepsMs: readonly number[]): [number, StageReached][] => {
  let atMs = 0;
  return Array.from({ length: total + 1 }, (_, done) => {
    atMs += done === 0 ? 0 : (stepsMs[done % stepsMs.length] ?? 0);
    return [atMs, reached(done, total)];
  });
};

describe('of the events of a stage', () => {
  const stages = fc
    .tuple(fc.integer({ min: 1, max: 3000 }), fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1 }))
    .map(([total, stepsMs]) => ({ total, events: stage(total, stepsMs) }));

  test('the first and the last pass, and at most 102 in all', () => {
    fc.assert(
      fc.property(stages, ({ total, events }) => {
        const told = passed(events);
        expect(told[0]).toEqual(events[0]);
        expect(told.at(-1)).toEqual([events.at(-1)![0], reached(total, total)]);
        expect(told.length).toBeLessThanOrEqual(102);
      }),
    );
  });

  test('those between have grown by a whole per cent, and are 200 ms apart', () => {
    fc.assert(
      fc.property(stages, ({ total, events }) => {
        const told = passed(events).slice(0, -1);
        for (const [i, [atMs, { done }]] of told.entries()) {
          const before = told[i - 1];
          if (!before) continue;
          expect(atMs - before[0]).toBeGreaterThanOrEqual(200);
          expect(Math.floor((100 * done) / total)).toBeGreaterThan(Math.floor((100 * before[1].done) / total));
        }
      }),
    );
  });

  test('none passes that goes back, and the last passes once', () => {
    const said = passed([
      [0, reached(0, 4)],
      [1000, reached(2, 4)],
      [2000, reached(1, 4)],
      [3000, reached(2, 4)],
      [4000, reached(4, 4)],
      [5000, reached(4, 4)],
    ]).map(([, { done }]) => done);
    expect(said).toEqual([0, 2, 4]);
  });
});

test('stages are told apart, and one that had ended may begin again', () => {
  const events: [number, StageReached][] = [
    [0, reached(0, 2)],
    [1, reached(1, 9, 'losses')],
    [2, reached(2, 2)],
    [3, reached(0, 2)],
    [4, reached(2, 2)],
    [5, reached(9, 9, 'losses')],
  ];
  expect(passed(events)).toEqual(events);
});
