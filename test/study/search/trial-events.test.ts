import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Happening, TrialFinished } from '../../../src/events/event.ts';
import { frontFor } from '../../../src/objectives/front.ts';
import { eventText } from '../../../src/report/event-text.ts';
import { memoryStore } from '../../../src/store/memory-store.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import type { TrialResult } from '../../../src/store/trial.ts';
import { changeOf, furtherIn, trialEvents, wallMsOf } from '../../../src/study/search/trial-events.ts';
import { accuracyOf, completed, crashed, latencyOf, memoryOf, sizeOf } from '../../store/samples.ts';
import { toyStudy } from '../twins.ts';

const folder = mkdtempSync(join(tmpdir(), 'rankfront-events-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Dense, a faster one, one that both beat, one that beats the faster one, one that failed, one beyond the limits. */
const results: readonly TrialResult[] = [
  [1, 0.2, true],
  [0.6, 0.3, true],
  [1.05, 0.5, true],
  [0.5, 0.25, true],
  crashed,
  [0.4, 0.9, false],
].map((each, number) =>
  'state' in each
    ? each
    : completed(number, {
        values: [Number(each[0]), Number(each[1])],
        feasible: Boolean(each[2]),
        observations: [{ ...latencyOf(number), value: Number(each[0]) }, accuracyOf(number)],
      }),
);

describe.each([
  ['memory', async () => memoryStore()],
  ['SQLite', () => openStore(join(folder, 'store.sqlite'))],
])('what is told of a finished trial, over %s', (_, open: () => Promise<Store>) => {
  test('is what the store then holds, and nothing of it is read back', async () => {
    const store = await open();
    const study = await store.studies.create(toyStudy);
    const told: Happening[] = [];
    // Every read of trials is a fault here: this run has measured the dense model itself.
    const unread = new Proxy({} as Store['trials'], {
      get: (_target, name) => {
        throw new Error(`trials.${String(name)} was read`);
      },
    });
    const events = trialEvents({ store: { trials: unread }, study, emit: event => void told.push(event) });
    const held: Pick<TrialFinished, 'trial' | 'onFront' | 'frontSize' | 'hypervolume'>[] = [];
    for (const [number, result] of results.entries()) {
      const assignment = { conv: { method: 'svd', rank: number + 1 } } as const;
      const strategy = { strategy: 'random', rngBefore: null, rngAfter: null, asked: null };
      const trial = (await store.queue.begin(study.id, { configuration: [number], assignment, ...strategy }))!;
      await events.finished(trial, result, await store.queue.finish(trial.id, result, frontFor(['latency', 'top1'])));
      const front = await store.trials.front(study.id);
      const stored = await store.trials.get(study.id, number);
      if (number > 0 && stored?.state === 'complete')
        held.push({
          trial: number,
          onFront: front.some(member => member.number === number),
          frontSize: front.length,
          hypervolume: stored.hypervolume,
        });
    }
    const finished = told.filter(event => event.kind === 'trial-finished');
    expect(
      finished.map(({ trial, onFront, frontSize, hypervolume }) => ({ trial, onFront, frontSize, hypervolume })),
    ).toEqual(held);
    // By hand: trials 1 and 3 join, 3 takes the place of 1, and 2 and 5 stay outside.
    expect(held.map(({ onFront }) => onFront)).toEqual([true, false, true, false]);
    expect(held.map(({ frontSize }) => frontSize)).toEqual([2, 2, 2, 2]);
    expect(told.filter(({ kind }) => kind === 'dense')).toHaveLength(1);
    expect(told.filter(({ kind }) => kind === 'trial-failed')).toHaveLength(1);
    await store.close();
  });

  test('a run that goes on reads the dense model once', async () => {
    const store = await open();
    const study = await store.studies.create({ ...toyStudy, name: 'resumed' });
    let reads = 0;
    const counted: Pick<Store, 'trials'> = {
      trials: {
        ...store.trials,
        samples: id => {
          reads++;
          return store.trials.samples(id);
        },
      },
    };
    const told: Happening[] = [];
    const events = trialEvents({ store: counted, study, emit: event => void told.push(event) });
    for (const [number, result] of results.entries()) {
      const assignment = { conv: { method: 'svd', rank: number + 1 } } as const;
      const strategy = { strategy: 'random', rngBefore: null, rngAfter: null, asked: null };
      const trial = (await store.queue.begin(study.id, { configuration: [number], assignment, ...strategy }))!;
      const front = await store.queue.finish(trial.id, result, frontFor(['latency', 'top1']));
      if (number > 0) await events.finished(trial, result, front);
    }
    expect(reads).toBe(1);
    const [first] = told.filter(event => event.kind === 'trial-finished');
    const [denseLatency, denseAccuracy, accuracy] = [latencyOf(0), accuracyOf(0), accuracyOf(1)];
    expect(first?.latencyMs).toBeCloseTo(0.6 * denseLatency.referenceMs, 12);
    const correct = [denseAccuracy, accuracy].map(each => (each.kind === 'accuracy' ? each.correct : new Uint8Array()));
    expect(first?.drop).toBeCloseTo(changeOf(correct[0], correct[1]!).drop, 12);
    await store.close();
  });
});

test('the wall time of a trial counts the correction once: it is a part of the build', () => {
  expect(wallMsOf({ buildMs: 900, correctionMs: 700, latencyMs: 3000, accuracyMs: 2000 })).toBe(5900);
  expect(wallMsOf({ buildMs: 900, latencyMs: null, accuracyMs: null })).toBe(900);
});

test('a change against the dense model has its 95 %, and against nothing it is none', () => {
  const dense = new Uint8Array(100).fill(1);
  const candidate = Uint8Array.from(dense, (_, i) => (i < 10 ? 0 : 1));
  const { drop, halfWidth } = changeOf(dense, candidate);
  expect(drop).toBeCloseTo(0.1, 12);
  // Agresti and Min: 1.96 sqrt(10 + 1 - 100 / 102) / 102; ours does not shrink by n / (n + 2), and is wider by 2.2 %.
  const theirs = (1.96 * Math.sqrt(11 - 100 / 102)) / 102;
  expect(halfWidth / theirs).toBeGreaterThan(1);
  expect(halfWidth / theirs).toBeLessThan(1.025);
  expect(changeOf(undefined, candidate)).toEqual({ drop: 0, halfWidth: 0 });
});

describe('what a study minimises beside latency and accuracy', () => {
  const names = ['latency', 'top1', 'size', 'memory'];
  const observations = [latencyOf(1), accuracyOf(1), sizeOf(25), memoryOf(25)];

  test('is in events by the names of the study, in bytes and over the dense model', () => {
    // 7,750 of 10,000 bytes; of memory the value that is stored counts: 0.775 of 10,000 KiB.
    expect(furtherIn(names, observations)).toEqual({
      further: {
        size: { value: 7750, unit: 'B', ratio: 0.775 },
        memory: { value: expect.closeTo(7750 * 1024, 6), unit: 'B', ratio: 0.775 },
      },
    });
    expect(furtherIn(['size', 'latency', 'top1'], observations)).toEqual({
      further: { size: { value: 7750, unit: 'B', ratio: 0.775 } },
    });
    expect(furtherIn(['latency', 'top1'], observations)).toEqual({});
  });

  test('is told of the dense model and of each trial, and shortly in words', async () => {
    const store = memoryStore();
    const study = await store.studies.create({ ...toyStudy, objectives: names });
    const told: Happening[] = [];
    const events = trialEvents({ store, study, emit: event => void told.push(event) });
    for (const number of [0, 1]) {
      const result = completed(number, {
        values: [1 - number / 2, 0.1, 1 - number / 4, 1 - number / 4],
        standardErrors: [0.001, 0.002, 0, 0.01],
        observations: [latencyOf(number), accuracyOf(number), sizeOf(25 * number), memoryOf(25 * number)],
      });
      const assignment = { conv: { method: 'svd', rank: number + 1 } } as const;
      const strategy = { strategy: 'random', rngBefore: null, rngAfter: null, asked: null };
      const trial = (await store.queue.begin(study.id, { configuration: [number], assignment, ...strategy }))!;
      await events.finished(trial, result, await store.queue.finish(trial.id, result, frontFor(names)));
    }
    const [dense, finished] = told.filter(({ kind }) => kind === 'dense' || kind === 'trial-finished');
    expect(dense).toMatchObject({ further: { size: { value: 7500 }, memory: { value: 7500 * 1024 } } });
    expect(finished).toMatchObject({ further: { size: { value: 7750 }, memory: { ratio: 0.775 } } });
    expect(eventText(dense!)).toMatch(/ of 21 images, size 7\.50 kB, memory 7\.68 MB\.$/);
    expect(eventText(finished!)).toMatch(/, size 7\.75 kB, memory 7\.94 MB, on the front of 1\.$/);
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
  });
});
