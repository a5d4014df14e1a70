/** What every store keeps of trainings. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import type { StorePlace } from './contract.ts';
import { completed, frontOf, newStudy, newTraining, newTrial, trainingEpoch, trainingPhase } from './samples.ts';

export function trainingContract(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the contract of stores about trainings: ${name}`, () => {
    let place: StorePlace;
    let store: Store;
    let trialId: number;
    beforeEach(async () => {
      place = await makePlace();
      store = await place.open();
      const study = await store.studies.create(newStudy());
      const trial = await store.queue.begin(study.id, newTrial(0));
      trialId = trial!.id;
      await store.queue.finish(trialId, completed(0), frontOf);
    });
    afterEach(async () => {
      await store.close();
      await place.remove();
    });
    const reopen = async (): Promise<void> => {
      await store.close();
      store = await place.open();
    };

    test('a training is read as it was written, also after closing', async () => {
      const run = await store.training.begin(newTraining(trialId));
      expect(run).toMatchObject({ ...newTraining(trialId), state: 'running', endedAtMs: null, top1: null, detail: '' });
      await store.training.epoch(run.id, trainingEpoch(2));
      await store.training.epoch(run.id, trainingEpoch(1));
      await store.training.phase(run.id, trainingPhase(3, 4));
      await store.training.phase(run.id, trainingPhase(1, 2));
      const end = { state: 'complete', top1: 0.92, writtenSha256: 'f'.repeat(64), detail: '' } as const;
      await store.training.end(run.id, end);
      await reopen();
      const [kept, ...others] = await store.training.list(trialId);
      expect(others).toEqual([]);
      expect(kept).toMatchObject({ ...newTraining(trialId), ...end, id: run.id, startedAtMs: run.startedAtMs });
      expect(kept!.endedAtMs).toBeGreaterThanOrEqual(run.startedAtMs);
      expect(await store.training.metrics(run.id)).toEqual({
        epochs: [trainingEpoch(1), trainingEpoch(2)],
        phases: [trainingPhase(1, 2), trainingPhase(3, 4)],
      });
    });

    test('trainings of a study are listed with the numbers of their trials, and those of others are not', async () => {
      const other = await store.studies.create(newStudy({ name: 'other' }));
      const begun: { trial: number; run: number }[] = [];
      for (const [study, number] of [
        [(await store.studies.get('night'))!.id, 1],
        [other.id, 0],
        [other.id, 1],
      ] as const) {
        const trial = await store.queue.begin(study, newTrial(number));
        await store.queue.finish(trial!.id, completed(number), frontOf);
        const run = await store.training.begin(newTraining(trial!.id));
        if (study === other.id) begun.push({ trial: number, run: run.id });
      }
      await reopen();
      const listed = await store.training.ofStudy(other.id);
      expect(listed.map(({ trial, run }) => ({ trial, run: run.id }))).toEqual(begun);
      const [first] = listed;
      expect(await store.training.list(first!.run.trialId)).toEqual([first!.run]);
      expect(await store.training.ofStudy(other.id + 1)).toEqual([]);
    });

    test('the same training begun again is the same run, and another beside it is not', async () => {
      const first = await store.training.begin(newTraining(trialId));
      await store.training.epoch(first.id, trainingEpoch(1));
      await store.training.end(first.id, { state: 'failed', top1: null, writtenSha256: null, detail: 'diverged' });
      const entries = Object.entries(newTraining(trialId).identity).reverse();
      const again = await store.training.begin(newTraining(trialId, { identity: Object.fromEntries(entries) }));
      expect(again).toMatchObject({ id: first.id, state: 'running', detail: '', endedAtMs: null });
      const repeated = { ...trainingEpoch(1), trainLoss: 7 };
      await store.training.epoch(first.id, repeated);
      expect((await store.training.metrics(first.id)).epochs).toEqual([repeated]);
      const other = await store.training.begin(newTraining(trialId, { identity: { '--lr': '0.02' } }));
      expect(other.id).not.toBe(first.id);
      expect((await store.training.list(trialId)).map(({ id }) => id)).toEqual([first.id, other.id]);
      expect(await store.training.metrics(other.id)).toEqual({ epochs: [], phases: [] });
    });

    test('a trial that was never trained has no training', async () => {
      expect(await store.training.list(trialId)).toEqual([]);
      expect(await store.training.metrics(99)).toEqual({ epochs: [], phases: [] });
    });
  });
}
