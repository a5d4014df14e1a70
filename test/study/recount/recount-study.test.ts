/** A small study in memory whose observations follow from its configurations. */
import { expect, test } from 'vitest';
import { exactLatency } from '../../../src/device/scripted.ts';
import { scoreOf } from '../../../src/evaluate/score.ts';
import { sha256Of } from '../../../src/host/model-file.ts';
import { frontFor } from '../../../src/objectives/front.ts';
import { memoryStore } from '../../../src/store/memory-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { accuracyObservation, latencyObservation } from '../../../src/study/measure/observe.ts';
import { recountStudy } from '../../../src/study/recount/recount-study.ts';
import { environment, newTrial } from '../../store/samples.ts';
import { toyStudy } from '../twins.ts';

const textOf = (text: string) => ({ text, sha256: sha256Of(new TextEncoder().encode(text)) });
const images = 10;
const studied = {
  ...toyStudy,
  proxy: { images, seed: 1 },
  space: textOf('space'),
  hardware: textOf('hardware'),
};

/** Trial n takes 10 - n ms and is right on 10 - n of ten images: every one is on the front. */
async function finish(store: Store, studyId: number, n: number): Promise<void> {
  const trial = await store.queue.begin(studyId, newTrial(n));
  if (!trial) throw new Error('expected a new trial');
  const latency = latencyObservation(exactLatency(10 - n, 10), n === 0);
  const predictions = Uint16Array.from({ length: images }, (_, i) => (i < images - n ? 1 : 0));
  const score = scoreOf(
    { predictions, further: [], labelRanks: null, classes: 2, wallMs: 1 },
    { classes: new Int32Array(images).fill(1), further: [] },
  );
  const result = {
    state: 'complete',
    modelSha256: 'a'.repeat(64),
    macs: 1,
    params: 1,
    values: [latency.value, 1 - score.accuracy],
    standardErrors: [latency.standardError, score.standardError],
    feasible: true,
    stages: { buildMs: 1, latencyMs: 1, accuracyMs: 1 },
    observations: [latency, accuracyObservation({ ...score, environment, load: 0.5 })],
  } as const;
  await store.queue.finish(trial.id, result, frontFor(toyStudy.objectives));
}

async function study(trials: number): Promise<{ readonly store: Store; readonly id: number }> {
  const store = memoryStore();
  const { id } = await store.studies.create(studied);
  for (let n = 0; n < trials; n++) await finish(store, id, n);
  return { store, id };
}

test('what was stored trial by trial adds up, front and hypervolume with it', async () => {
  const { store } = await study(4);
  const found = await store.studies.get('toy');
  const recount = await recountStudy(store, found!, { bounds: true });
  expect(recount.disagreements).toEqual([]);
  expect(recount.front).toEqual([0, 1, 2, 3]);
  const last = (await store.trials.get(found!.id, 3))!;
  expect(recount.hypervolume).toBe(last.state === 'complete' ? last.hypervolume : null);
});

test('a trial that a search finishes while the store is read is no contradiction', async () => {
  const { store, id } = await study(3);
  const found = await store.studies.get('toy');
  let written = 0;
  // After the trials were listed and before the front is read, twice, another process finishes one that takes a member's place.
  const front: Store['trials']['front'] = async studyId => {
    if (written < 2) {
      written++;
      const trial = await store.queue.begin(id, newTrial(50 + written));
      const [latency, accuracy] = await store.trials.samples((await store.trials.get(id, 2))!.id);
      if (!trial || latency?.kind !== 'latency' || accuracy?.kind !== 'accuracy') throw new Error('expected both');
      const candidateSamplesMs = [7 - written];
      const faster = { ...latencyObservation(exactLatency(7 - written, 10), false), candidateSamplesMs };
      const result = {
        state: 'complete',
        modelSha256: 'b'.repeat(64),
        macs: 1,
        params: 1,
        values: [faster.value, 1 - accuracy.value],
        standardErrors: [faster.standardError, accuracy.standardError],
        feasible: true,
        stages: { buildMs: 1, latencyMs: 1, accuracyMs: 1 },
        observations: [faster, accuracy],
      } as const;
      await store.queue.finish(trial.id, result, frontFor(toyStudy.objectives));
    }
    return store.trials.front(studyId);
  };
  const recount = await recountStudy({ ...store, trials: { ...store.trials, front } }, found!, { bounds: false });
  expect(written).toBe(2);
  expect(recount.disagreements).toEqual([]);
  expect(recount.front).toEqual([0, 1, 4]);
});
