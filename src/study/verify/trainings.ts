/** The trainings of the trials that `verify` has built again. */
import { currentEnvironment } from '../../host/environment.ts';
import type { StoredObservation } from '../../store/observation.ts';
import type { Plan } from '../build/plan.ts';
import type { OpenInstruments } from '../measure/instruments.ts';
import type { Recount } from '../recount/recount-study.ts';
import { endedOf, type VerifyOptions } from './options.ts';
import { checkTraining, type TrainingFiles, type TrainingVerdict } from './retrained.ts';
import { sameRuntime, type TrialVerdict } from './verdict.ts';

/** Those of the trials that were built again. */
export async function verifyTrainings(
  { trials }: Recount,
  verdicts: readonly TrialVerdict[],
  { store, study, storePath, data, retrained, hooks, phase }: VerifyOptions,
  plan: Plan,
  instruments: OpenInstruments,
): Promise<TrainingVerdict[]> {
  if (phase !== null) return [];
  const models = new Map(verdicts.map(({ trial, model }) => [trial, model]));
  const runs = [];
  for (const { trial, samples } of trials)
    for (const run of await store.training.list(trial.id)) runs.push({ trial, samples, run });
  const written = new Set(runs.flatMap(({ run }) => run.writtenSha256 ?? []));
  const found: TrainingVerdict[] = [];
  for (const [done, { trial, samples, run }] of runs.entries()) {
    if (endedOf(hooks)()) break;
    const model = models.get(trial.number);
    if (!model) continue;
    if (model !== 'equal') {
      const unchecked = ['its accuracies: its trial is not built in the bytes that were trained'];
      found.push({ trial: trial.number, run: run.id, disagreements: [], unchecked });
      continue;
    }
    if (plan.hardware.scorer === 'device') {
      const unchecked = ['its accuracies: this study is scored on the device, and trainings on the host that trains'];
      found.push({ trial: trial.number, run: run.id, disagreements: [], unchecked });
      continue;
    }
    hooks.progress(
      `scoring training ${run.id} of trial ${trial.number} again: ${runs.length - done} of ${runs.length} left`,
    );
    const correction = await store.trials.correction(trial.id);
    const built = await instruments.build(trial.assignment, 'candidate.onnx', correction);
    if (built.state === 'failed') continue;
    const files: TrainingFiles = {
      storePath,
      data,
      retrained,
      candidate: built.value.path,
      dense: plan.loaded.path,
      sameRuntime: scoredHere(samples),
      written,
    };
    found.push(await checkTraining(study, trial.number, run, files));
  }
  return found;
}

/** A trial is scored and trained on the same host, wherever its latencies are taken. */
function scoredHere(samples: readonly StoredObservation[]): boolean {
  const here = currentEnvironment();
  return samples.every(({ kind, environment }) => kind !== 'accuracy' || sameRuntime(environment, here));
}
