import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventLine, type Happening, type StudyEvent } from '../../src/events/event.ts';
import { timed } from '../../src/events/timed.ts';

const warning = (message: string): Happening => ({ kind: 'warning', trial: null, message });

/** What a listener gets of one event at each time of a clock. */
function heard(clock: readonly number[], emitted = (i: number): Happening => warning(`${i}`)): StudyEvent[] {
  const events: StudyEvent[] = [];
  let at = 0;
  const emit = timed(
    event => events.push(event),
    () => clock[at++] ?? Number.NaN,
  );
  for (const i of clock.keys()) emit(emitted(i));
  return events;
}

test('every event has the time of the clock, and is otherwise what was emitted', () => {
  expect(heard([5, 7])).toEqual([
    { kind: 'warning', trial: null, message: '0', atMs: 5 },
    { kind: 'warning', trial: null, message: '1', atMs: 7 },
  ]);
});

test('where the clock is set back, the events do not go back; they are a line of JSON each', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 42 })), clock => {
      const events = heard(clock);
      expect(events.map(({ atMs }) => atMs)).toEqual(clock.map((_, i) => Math.max(...clock.slice(0, i + 1))));
      for (const event of events) expect(JSON.parse(eventLine(event))).toEqual(event);
    }),
  );
});

test('of a stage few events come through, and everything else does', () => {
  const clock = Array.from({ length: 1001 }, (_, i) => i);
  const events = heard(clock, i =>
    i % 100 === 50 ? warning('between') : { kind: 'stage', stage: 'images', done: i, total: 1000 },
  );
  expect(events.filter(({ kind }) => kind === 'warning')).toHaveLength(10);
  // At 0, then every 200 ms; 1000 is the last in any case.
  const done = events.flatMap(event => (event.kind === 'stage' ? [event.done] : []));
  expect(done).toEqual([0, 200, 400, 600, 800, 1000]);
});
