/** Stores for the page: the reference study of ResNet-18 with a twin on another device, and trainings of one of its trials. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frontFor } from '../../src/objectives/front.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import type { NewStudy, Study } from '../../src/store/study.ts';
import type { CompleteTrial, TrialResult } from '../../src/store/trial.ts';
import { newTraining, trainingPhase } from '../store/samples.ts';

export interface StorePlace {
  readonly path: string;
  readonly store: Store;
  readonly remove: () => Promise<void>;
}

/** A copy that may be written to. */
export async function referenceStore(name: string): Promise<StorePlace> {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  const path = join(folder, 'study.sqlite');
  copyFileSync(join(import.meta.dirname, '..', '..', 'results', 'reference', name, 'study.sqlite'), path);
  const store = await openStore(path);
  return {
    path,
    store,
    remove: async () => {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The same trials with all their samples under another name; `changes` go before what the study says. */
export async function copyStudy(
  store: Store,
  from: Study,
  changes: Partial<NewStudy> & { name: string },
): Promise<Study> {
  const { id: _, state: __, createdAtMs: ___, ...same } = from;
  const study = await store.studies.create({ ...same, ...changes });
  for (const trial of await store.trials.list(from.id)) {
    if (trial.state === 'waiting' || trial.state === 'running') continue;
    const { configuration, assignment, strategy, rngBefore, rngAfter } = trial;
    const begun = await store.queue.begin(study.id, {
      ...{ configuration, assignment, strategy, rngBefore, rngAfter },
      asked: null,
    });
    const samples = await store.trials.samples(trial.id);
    const observations = samples.filter(({ phase }) => phase === 'search');
    const result = { ...trial, observations } as unknown as TrialResult;
    await store.queue.finish(begun!.id, result, frontFor(study.objectives));
    const confirmed = samples.filter(({ phase }) => phase === 'confirm');
    if (confirmed.length > 0) await store.queue.confirm(begun!.id, confirmed);
  }
  await store.studies.setState(study.id, from.state);
  return study;
}

/** Two trainings of the first trial of the front, the later one with two phases of freezing. */
export async function addTrainings(store: Store, study: Study): Promise<CompleteTrial> {
  const trial = (await store.trials.front(study.id)).find(({ number }) => number !== 0)!;
  for (const [which, epochs] of [
    ['0.01', 3],
    ['0.02', 8],
  ] as const) {
    const run = await store.training.begin(newTraining(trial.id, { identity: { '--lr': which, '<b>name</b>': '1' } }));
    for (let epoch = 1; epoch <= epochs; epoch++)
      await store.training.epoch(run.id, {
        epoch,
        trainLoss: 2 / epoch,
        trainTop1: 0.9 - 0.3 / epoch,
        validationLoss: epoch % 2 === 0 ? 2.2 / epoch : null,
        validationTop1: epoch % 2 === 0 ? 0.88 - 0.3 / epoch : null,
        learningRate: Number(which) / epoch,
        frozenShare: epoch > 4 ? 0.6 : 0.1,
        imagesPerSecond: 200,
        waitingShare: 0.03,
        stepMs: epoch > 4 ? 90 : 140,
        wallMs: 1000 * epoch,
      });
    await store.training.phase(run.id, { ...trainingPhase(1, Math.min(4, epochs)), stepMs: 140, frozenShare: 0.1 });
    if (epochs > 4) await store.training.phase(run.id, { ...trainingPhase(5, epochs), stepMs: 90, frozenShare: 0.6 });
    await store.training.end(run.id, { state: 'complete', top1: 0.83, writtenSha256: 'e'.repeat(64), detail: '' });
  }
  return trial;
}

/** The reference study, its twin with the name of another device, and trainings. */
export async function pageStore(): Promise<StorePlace & { readonly study: Study }> {
  const place = await referenceStore('resnet18');
  const study = (await place.store.studies.get('resnet18'))!;
  const text = study.hardware.text.replace('name: CPU, 2 threads', 'name: Another CPU');
  await copyStudy(place.store, study, { name: 'other <i>board</i>', hardware: { ...study.hardware, text } });
  await addTrainings(place.store, study);
  return { ...place, study };
}
