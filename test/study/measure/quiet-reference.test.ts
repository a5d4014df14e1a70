import { expect, test } from 'vitest';
import { memoryStore } from '../../../src/store/memory-store.ts';
import type { ConditionsRecord, ObservationSummary } from '../../../src/store/observation.ts';
import type { Store } from '../../../src/store/store.ts';
import type { Trial } from '../../../src/store/trial.ts';
import { quietReferenceOf, quietTimes, quietWatch } from '../../../src/study/measure/quiet-reference.ts';
import {
  accuracyOf,
  completed,
  environment,
  frontOf,
  latencyOf,
  newStudy,
  newTrial,
  pruned,
} from '../../store/samples.ts';

const conditions = (...kinds: string[]): ConditionsRecord => ({
  rule: 1,
  sessionPairs: [5],
  pairsLeftOut: 0,
  waitedMs: 0,
  slowdown: null,
  causes: kinds.map(kind => ({ kind })),
});
const seen = (referenceMs: number, storedAtMs: number, changes: object = {}) =>
  ({
    ...latencyOf(0),
    quality: 'good',
    conditions: conditions(),
    referenceMs,
    storedAtMs,
    phase: 'search',
    ...changes,
  }) as ObservationSummary;
const trials = (...observations: ObservationSummary[]) => [{ observations }] as unknown as Trial[];
const quiet = (...observations: ObservationSummary[]) =>
  quietTimes(trials(...observations))[environment.cpuModel] ?? null;

test('is the median of what was measured with nothing in the way', () => {
  expect(quiet()).toBeNull();
  expect(quiet(seen(10, 1), seen(12, 2), seen(11, 3))).toBe(11);
});

test('each processor has its own, also one that is not this host', () => {
  const elsewhere = { environment: { ...environment, cpuModel: 'Another' } };
  const seenOn = trials(seen(10, 1), seen(2, 4, elsewhere), seen(4, 5, elsewhere), seen(3, 6, elsewhere));
  expect(quietTimes(seenOn)).toEqual({ [environment.cpuModel]: 10, Another: 3 });
});

test('busy times and other processors do not count', () => {
  const busy = seen(30, 3, { quality: 'disturbed', conditions: conditions('other-load') });
  const elsewhere = seen(2, 4, { environment: { ...environment, cpuModel: 'Another' } });
  const old = seen(40, 5, { quality: 'disturbed', conditions: null });
  expect(quiet(seen(10, 1), seen(10, 2), busy, elsewhere, old)).toBe(10);
});

test('a machine that has become slower for good is believed in the end', () => {
  const slow = (n: number) => seen(16, 100 + n, { quality: 'disturbed', conditions: conditions('slow-reference') });
  const before = Array.from({ length: 20 }, (_, n) => seen(10, n));
  expect(quiet(...before, ...Array.from({ length: 7 }, (_, n) => slow(n)))).toBe(10);
  expect(quiet(...before, ...Array.from({ length: 8 }, (_, n) => slow(n)))).toBe(16);
});

test('a study that is watched tells what a look at all of it tells, and is looked through once', async () => {
  const store = memoryStore();
  const study = await store.studies.create(newStudy());
  let through = 0;
  const observations: Store['trials']['observations'] = studyId => {
    through++;
    return store.trials.observations(studyId);
  };
  const watch = quietWatch({ trials: { ...store.trials, observations } }, study);
  const timed = (referenceMs: number) => ({ ...latencyOf(0), conditions: null, referenceMs }) as const;
  const same = async (): Promise<void> => {
    const listed = await store.trials.list(study.id);
    expect(await watch.times()).toEqual(quietTimes(listed));
    expect(await quietReferenceOf(store, study)).toEqual(quietTimes(listed));
  };
  await same();
  const ids: number[] = [];
  for (let n = 0; n < 20; n++) {
    const { id } = (await store.queue.begin(study.id, newTrial(n)))!;
    ids.push(id);
    const result = n % 6 === 5 ? pruned(n) : completed(n, { observations: [timed(10 + n), accuracyOf(n)] });
    await store.queue.finish(id, result, frontOf);
    await same();
    if (n % 4 === 3) {
      const again = { observation: timed(50 + n), values: [0.5, 0.5], standardErrors: [0, 0], feasible: true };
      await store.queue.remeasure(ids[n - 3]!, again, frontOf);
      await same();
    }
    if (n % 7 === 6) {
      await store.queue.confirm(ids[n - 4]!, [timed(90 + n)]);
      await watch.confirmed(n - 4);
      await same();
    }
  }
  expect(through).toBe(1);
});
