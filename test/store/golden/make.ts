/**
 * Makes the golden store of the present schema and what must be read from it. To be run once, when a migration is added
 * and before it is released: node test/store/golden/make.ts 001, then npm run format. The files of earlier schemas are never made again.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Observation } from '../../../src/store/observation.ts';
import { openStore } from '../../../src/store/open.ts';
import { exportStudy } from '../../../src/store/sqlite/export-study.ts';
import {
  accuracyOf,
  completed,
  crashed,
  frontOf,
  latencyOf,
  memoryOf,
  newRefinement,
  newStudy,
  newTraining,
  newTrial,
  pruned,
  sizeOf,
  strangeOf,
  trainingEpoch,
  trainingPhase,
} from '../samples.ts';
import { contentOf } from './content.ts';

const target = join(import.meta.dirname, `schema-${process.argv[2]}`);
if (existsSync(`${target}.sqlite`)) throw new Error(`${target}.sqlite exists, and a golden store never changes`);
const folder = mkdtempSync(join(tmpdir(), 'rankfront-golden-'));
const store = await openStore(join(folder, 'store.sqlite'));
const calibration = {
  spec: 'cifar10:train',
  sha256: '9'.repeat(64),
  images: 512,
  seed: 3,
  factors: 'data-aware',
  corrections: 'moments',
} as const;
const study = await store.studies.create(newStudy({ calibration }));
const corrected = { correction: Uint8Array.of(1, 2, 250), stages: { ...completed(1).stages, correctionMs: 7 } };
const setup = await store.tuning.keepSetup(study.id, {
  strategy: 'random',
  seed: 1,
  constraints: [{ objective: 1, max: 0.3 }],
});
await store.tuning.keepSiteTable(study.id, { changes: [[-0.25, 0]], standardErrors: [[1e-3, 0]] });
for (let n = 0; n < 7; n++) {
  const trial = await store.queue.begin(
    study.id,
    n === 0
      ? { ...newTrial(0), rngBefore: null, rngAfter: null }
      : { ...newTrial(n), asked: { setup, after: n - 1, known: n } },
  );
  if (!trial) throw new Error('no trial');
  if (n === 3) await store.queue.finish(trial.id, { ...crashed, observations: [accuracyOf(n)] }, frontOf);
  else if (n === 4) await store.queue.finish(trial.id, pruned(n), frontOf);
  else if (n < 6)
    await store.queue.finish(
      trial.id,
      completed(n, {
        values: [1 - n / 10, 0.1 + n / 10],
        feasible: n !== 5,
        ...(n === 1 ? corrected : {}),
        ...(n === 5 ? { observations: [latencyOf(n), accuracyOf(n), sizeOf(n), memoryOf(n), strangeOf(n)] } : {}),
      }),
      frontOf,
    );
  if (n === 2) {
    const run = await store.training.begin(newTraining(trial.id));
    for (const epoch of [1, 2, 3]) await store.training.epoch(run.id, trainingEpoch(epoch));
    await store.training.phase(run.id, trainingPhase(1, 2));
    await store.training.phase(run.id, trainingPhase(3, 3));
    await store.training.end(run.id, { state: 'complete', top1: 0.9214, writtenSha256: '6'.repeat(64), detail: '' });
  }
  if (n === 2)
    await store.queue.confirm(trial.id, [
      latencyOf(20, 40),
      { ...accuracyOf(20, 100), drop: 0.01, dropStandardError: 0.002 } as Observation,
    ]);
  if (n === 1)
    await store.queue.refine(
      trial.id,
      { ...newRefinement, state: 'refined', modelSha256: '7'.repeat(64), content: Uint8Array.of(9, 0, 200) },
      [{ ...accuracyOf(30, 100), drop: 0.004, dropStandardError: 0.002 } as Observation],
    );
  if (n === 2)
    await store.queue.refine(trial.id, { ...newRefinement, state: 'unchanged', detail: 'nothing was gained' }, []);
  if (n === 2)
    await store.queue.remeasure(
      trial.id,
      { observation: latencyOf(21), values: [0.85, 0.3], standardErrors: [0.004, 0.002], feasible: true },
      frontOf,
    );
}
await store.studies.setState(study.id, 'stopped');
await store.close();
await exportStudy(join(folder, 'store.sqlite'), 'night', `${target}.sqlite`);
rmSync(folder, { recursive: true });
const made = await openStore(`${target}.sqlite`, { readOnly: true });
writeFileSync(`${target}.json`, `${JSON.stringify(await contentOf(made))}\n`);
await made.close();
