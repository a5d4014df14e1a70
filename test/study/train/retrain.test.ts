/** What a training of a trial leaves in the store, whatever comes between. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors/user-error.ts';
import { memoryStore } from '../../../src/store/memory-store.ts';
import type { Store } from '../../../src/store/store.ts';
import type { CompleteTrial } from '../../../src/store/trial.ts';
import { type PreparedRetraining, trainPrepared } from '../../../src/study/train/retrain.ts';
import type { TrainingEvent } from '../../../src/train/loop/event.ts';
import { planTraining } from '../../../src/train/loop/plan.ts';
import { completed, frontOf, newStudy, newTrial } from '../../store/samples.ts';
import { smallTraining } from '../../train/loop/request.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-retrain-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function storeOfOneTrial(): Promise<{ store: Store; trial: CompleteTrial }> {
  const store = memoryStore();
  const study = await store.studies.create(newStudy());
  const begun = await store.queue.begin(study.id, newTrial(0));
  await store.queue.finish(begun!.id, completed(0), frontOf);
  const trial = await store.trials.get(study.id, begun!.number);
  if (trial?.state !== 'complete') throw new Error('the trial is not complete');
  return { store, trial };
}
async function preparedFor(trial: CompleteTrial): Promise<PreparedRetraining> {
  const request = smallTraining(folder);
  return { trial, request, plan: await planTraining(request), candidate: request.model, dense: request.model };
}
const hooks = (emit: (event: TrainingEvent) => void, finish: AbortSignal) => ({ before: () => {}, emit, finish });
const never = new AbortController().signal;

describe('the training of a trial', () => {
  test('gone on with tells a store that was not told everything before of all epochs', {
    timeout: 120_000,
  }, async () => {
    const first = await storeOfOneTrial();
    const stop = new AbortController();
    const stopping = (event: TrainingEvent) => event.kind === 'epoch' && event.epoch === 2 && stop.abort();
    const stopped = await trainPrepared(
      first.store,
      await preparedFor(first.trial),
      [],
      hooks(stopping, stop.signal),
      0.5,
    );
    expect(stopped.endedBy).toBe('interrupted');
    // Killed between a checkpoint and the store, a run knows of epochs that the store does not.
    const second = await storeOfOneTrial();
    const { run, written } = await trainPrepared(
      second.store,
      await preparedFor(second.trial),
      [],
      hooks(() => {}, never),
      0.5,
    );
    const { epochs } = await second.store.training.metrics(run.id);
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(await second.store.training.list(second.trial.id)).toMatchObject([
      { state: 'complete', top1: written!.top1 },
    ]);
  });

  test('whose end finds no room in the store is gone on with', { timeout: 120_000 }, async () => {
    const { store, trial } = await storeOfOneTrial();
    const prepared = await preparedFor(trial);
    const full = new UserError('Cannot store: the disk is full.', 'Run the same command again.');
    const training: Store['training'] = { ...store.training, end: () => Promise.reject(full) };
    await expect(
      trainPrepared(
        { ...store, training },
        prepared,
        [],
        hooks(() => {}, never),
        0.5,
      ),
    ).rejects.toBe(full);
    expect(existsSync(prepared.request.checkpoint)).toBe(true);
    const { written } = await trainPrepared(
      store,
      prepared,
      [],
      hooks(() => {}, never),
      0.5,
    );
    expect(await store.training.list(trial.id)).toMatchObject([{ state: 'complete', top1: written!.top1 }]);
    expect(existsSync(prepared.request.checkpoint)).toBe(false);
  });
});
