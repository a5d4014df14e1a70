import { expect, test } from 'vitest';
import type { Happening } from '../../../src/events/event.ts';
import { frontFor } from '../../../src/objectives/front.ts';
import { memoryStore } from '../../../src/store/memory-store.ts';
import { rememberLimits } from '../../../src/study/propose/remember-limits.ts';
import { latestLimits } from '../../../src/study/propose/stored-setup.ts';
import { toyResult, toyStudy } from '../twins.ts';

const opened = async () => {
  const store = memoryStore();
  const study = await store.studies.create(toyStudy);
  const told: Happening[] = [];
  const emit = (event: Happening): void => void told.push(event);
  const parts = { store, study, strategy: 'nsga2', ladderLengths: [4, 4], emit };
  const add = async (configuration: readonly number[]): Promise<void> => {
    const asked = { strategy: 'nsga2', rngBefore: null, rngAfter: null, asked: null };
    const trial = await store.queue.begin(study.id, { ...asked, configuration, assignment: {} });
    await store.queue.finish(trial!.id, toyResult({ configuration }), frontFor(toyStudy.objectives));
  };
  return { store, study, told, parts, add };
};

test('limits are remembered before anything is measured, changed and lifted', async () => {
  const { store, study, told, parts } = await opened();
  expect(await latestLimits(store, study)).toEqual({});
  for (const limits of [{ maxDrop: 0.02 }, { minSpeedup: 1.2 }, { maxDrop: 0.02 }, {}]) {
    await rememberLimits(parts, limits);
    expect(await latestLimits(store, study)).toEqual(limits);
  }
  expect(told).toEqual([
    { kind: 'limits', maxDrop: 0.02, resumed: false },
    { kind: 'limits', minSpeedup: 1.2, resumed: false },
    { kind: 'limits', maxDrop: 0.02, resumed: false },
    { kind: 'limits', resumed: false },
  ]);
});

test('trials are judged by them at once, and what the latest setup says besides stays', async () => {
  const { store, study, parts, add } = await opened();
  for (const configuration of [
    [3, 3],
    [2, 3],
    [0, 0],
  ])
    await add(configuration);
  const prior = { tables: [null, null], losses: [[0.1], [0.2]] };
  const setup = {
    strategy: 'bayesian',
    problem: { ladderLengths: [4, 4], objectives: 2 },
    options: { seed: 1, prior },
    limits: {},
  };
  await store.tuning.keepSetup(study.id, setup);
  // The toy's trials lose 0.25 and 6.75 points.
  await rememberLimits(parts, { maxDrop: 0.01 });
  const feasible = async () =>
    (await store.trials.list(study.id)).map(trial => trial.state === 'complete' && trial.feasible);
  expect(await feasible()).toEqual([true, true, false]);
  const latest = await store.tuning.latestSetup(study.id);
  expect(latest?.setup).toMatchObject({ ...setup, limits: { maxDrop: 0.01 } });
  await rememberLimits(parts, {});
  expect(await feasible()).toEqual([true, true, true]);
});
