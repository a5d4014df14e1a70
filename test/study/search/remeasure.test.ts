import { describe, expect, test } from 'vitest';
import { undisturbed } from '../../../src/device/conditions.ts';
import type { Device, LatencyBudget, PairedLatency } from '../../../src/device/device.ts';
import { exactLatency } from '../../../src/device/scripted.ts';
import { complete } from '../../../src/errors/failure.ts';
import type { Happening } from '../../../src/events/event.ts';
import { frontFor } from '../../../src/objectives/front.ts';
import type { Quality } from '../../../src/stats/quality.ts';
import { memoryStore } from '../../../src/store/memory-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { latencyObservation } from '../../../src/study/measure/observe.ts';
import { patienceOf } from '../../../src/study/measure/patience.ts';
import { nextAsked, toldFor } from '../../../src/study/propose/history.ts';
import { disturbedTrials, remeasureDisturbed } from '../../../src/study/search/remeasure.ts';
import { accuracyOf } from '../../store/samples.ts';
import { toyStudy } from '../twins.ts';

const measured = (ratio: number, quality: Quality): PairedLatency => ({
  ...exactLatency(ratio * 10, 10),
  quality,
  conditions: { ...undisturbed(1), causes: quality === 'good' ? [] : [{ kind: 'stolen', share: 0.5 }] },
});

/** Trials 0 to 3, of which 1 and 3 read as too fast on a busy machine. */
async function study() {
  const store = memoryStore();
  const { id } = await store.studies.create(toyStudy);
  const all = [
    [1, 'good', 0.1],
    [0.3, 'disturbed', 0.2],
    [0.7, 'good', 0.15],
    [0.65, 'disturbed', 0.3],
  ] as const;
  for (const [number, [ratio, quality, error]] of all.entries()) {
    const assignment = { conv: { method: 'svd', rank: number + 1 } } as const;
    const trial = await store.queue.begin(id, {
      ...{ configuration: [number], assignment, strategy: 'random', rngBefore: null, rngAfter: null, asked: null },
    });
    await store.queue.finish(
      trial!.id,
      {
        state: 'complete',
        modelSha256: `${number}`.padEnd(64, '0'),
        macs: 1,
        params: 1,
        values: [ratio, error],
        standardErrors: [0.01, 0.02],
        feasible: true,
        stages: { buildMs: 1, latencyMs: 1, accuracyMs: 1 },
        observations: [latencyObservation(measured(ratio, quality), number === 0), accuracyOf(number)],
      },
      frontFor(toyStudy.objectives),
    );
  }
  return { store, study: (await store.studies.get(toyStudy.name))! };
}

/** The truth, by the rank of the candidate: twice what the busy machine said. */
function quietDevice(quality: () => Quality) {
  const budgets: LatencyBudget[] = [];
  const truths: Record<string, number> = { 2: 0.6, 4: 0.9 };
  const device: Device = {
    driver: 'scripted',
    exact: false,
    latency: async (candidate, _reference, budget) => {
      budgets.push(budget);
      return complete(measured(truths[candidate.path]!, quality()));
    },
    close: async () => {},
  };
  return { device, budgets };
}

async function remeasure(
  which: 'front' | 'all',
  quality: () => Quality,
  goOn = () => true,
  seenAs?: (store: Store) => Store,
) {
  const open = await study();
  const { device, budgets } = quietDevice(quality);
  const events: Happening[] = [];
  const parts = {
    ...open,
    ...(seenAs && { store: seenAs(open.store), quiet: { times: async () => ({}), confirmed: async () => {} } }),
    instruments: {
      build: (assignment: object) => {
        const { rank } = Object.values(assignment)[0] as { rank: number };
        return complete({
          ...{ path: `${rank}`, sha256: '', macs: 1, params: 1, correction: null, correctionMs: null },
        });
      },
      device,
      reference: { path: 'dense', sha256: '' },
    },
    latency: { halfWidth: 0.01, maxMs: 100, minPairs: 5, seed: 1, waitMs: 1000 },
    patience: patienceOf(1000),
    constraints: [],
    emit: (event: Happening) => void events.push(event),
  };
  const done = await remeasureDisturbed(parts, which, goOn);
  return { ...open, done, events, budgets };
}

describe('remeasureDisturbed', () => {
  test('puts the front right first, and the front follows', async () => {
    const { store, study, done, events } = await remeasure('all', () => 'good');
    expect(done).toBe(2);
    expect(events).toMatchObject([
      { kind: 'remeasured', trial: 1, ratio: 0.6, before: 0.3 },
      { kind: 'remeasured', trial: 3, ratio: 0.9, before: 0.65 },
    ]);
    expect(await disturbedTrials({ store, study }, 'all')).toEqual([]);
    const trials = await store.trials.list(study.id);
    expect(trials.map(trial => ('values' in trial ? trial.values : []))).toEqual([
      [1, 0.1],
      [0.6, 0.2],
      [0.7, 0.15],
      [0.9, 0.3],
    ]);
    expect((await store.trials.front(study.id)).map(({ number }) => number)).toEqual([0, 1, 2]);
  });

  test('of the front leaves the rest alone', async () => {
    const { store, study, done } = await remeasure('front', () => 'good');
    expect(done).toBe(1);
    expect(await disturbedTrials({ store, study }, 'all')).toEqual([3]);
  });

  test('of the front reads the front, and never the whole study', async () => {
    const whole = (): never => {
      throw new Error('the whole study is read');
    };
    const { done } = await remeasure(
      'front',
      () => 'good',
      () => true,
      store => ({ ...store, trials: { ...store.trials, list: whole, observations: whole } }),
    );
    expect(done).toBe(1);
  });

  test('of all looks through the study once for what it finds there, and once more at the end', async () => {
    let looks = 0;
    const { done } = await remeasure(
      'all',
      () => 'good',
      () => true,
      store => ({
        ...store,
        trials: {
          ...store.trials,
          observations: studyId => {
            looks++;
            return store.trials.observations(studyId);
          },
        },
      }),
    );
    expect(done).toBe(2);
    expect(looks).toBe(2);
  });

  test('ends at the first that is disturbed once more, and changes nothing', async () => {
    const { store, study, done, budgets } = await remeasure('all', () => 'disturbed');
    expect(done).toBe(0);
    expect(budgets).toHaveLength(1);
    expect(await disturbedTrials({ store, study }, 'all')).toEqual([1, 3]);
    expect(await store.trials.get(study.id, 1)).toMatchObject({ values: [0.3, 0.2], revisions: [] });
  });

  test('ends when it may not go on', async () => {
    expect(
      (
        await remeasure(
          'all',
          () => 'good',
          () => false,
        )
      ).done,
    ).toBe(0);
  });

  test('waits as told, and knows what the dense model takes when it is quiet', async () => {
    const { budgets } = await remeasure('all', () => 'good');
    expect(budgets[0]).toMatchObject({ waitMs: 1000, maxMs: 100 });
  });

  test('what was proposed before is proposed again: the history keeps the values of its time', async () => {
    const { store, study } = await remeasure('all', () => 'good');
    const trials = await store.trials.list(study.id);
    const then = toldFor(trials, { after: 4, known: 4 }, []);
    expect(then.history.map(each => ('values' in each ? each.values[0] : null))).toEqual([1, 0.3, 0.7, 0.65]);
    const between = toldFor(trials, { after: 5, known: 4 }, []);
    expect(between.history.map(each => ('values' in each ? each.values[0] : null))).toEqual([1, 0.6, 0.7, 0.65]);
    const now = toldFor(trials, { ...nextAsked(trials, 1), after: Number.POSITIVE_INFINITY }, []);
    expect(now.history.map(each => ('values' in each ? each.values[0] : null))).toEqual([1, 0.6, 0.7, 0.9]);
  });
});
