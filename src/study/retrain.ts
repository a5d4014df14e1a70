/** `retrain`: a trial of a study trained until it is as good as the dense model, or nearly. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NormalizationName, normalizations } from '../data/normalize.ts';
import { UserError } from '../errors/user-error.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import { identityText, type TrainingRun } from '../store/training.ts';
import type { CompleteTrial } from '../store/trial.ts';
import type { TrainingEvent } from '../train/loop/event.ts';
import { planTraining, type TrainPlan } from '../train/loop/plan.ts';
import type { TrainRequest } from '../train/loop/request.ts';
import { rescored } from '../train/loop/rescore.ts';
import { type TrainResult, train } from '../train/loop/train.ts';
import { writeAtomically } from '../workers/model-file.ts';
import { rankfrontVersion } from '../workers/version.ts';
import { reopenStatistics } from './calibration.ts';
import { exportTrial, requireComplete } from './export.ts';
import { reopenPlan } from './reopen.ts';
import { trainingKeeper } from './training-keeper.ts';

export interface RetrainOptions {
  readonly storePath: string;
  readonly trial: number;
  /** Where the files of the study are now, if they have moved. */
  readonly model: string | undefined;
  readonly data: string | undefined;
  readonly calibration: string | undefined;
  /** Whether the dense model's scores are matched. */
  readonly distil: boolean;
  readonly training: Omit<TrainRequest, 'model' | 'fresh' | 'teacher' | 'data'>;
  readonly commandLine: readonly string[];
}

export interface RetrainHooks {
  readonly note: (text: string) => void;
  /** What the training starts from, before its first event. */
  readonly before: (run: TrainingRun) => void;
  readonly emit: (event: TrainingEvent) => void;
  readonly finish: AbortSignal;
}

export interface RetrainResult extends TrainResult {
  readonly run: TrainingRun;
}

/** @throws UserError when the trial cannot be rebuilt or trained; the store then says so too */
export async function retrain(
  store: Store,
  study: Study,
  options: RetrainOptions,
  hooks: RetrainHooks,
): Promise<RetrainResult> {
  const trial = requireComplete(await store.trials.get(study.id, options.trial), options.trial, study);
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-retrain-'));
  try {
    const candidate = join(folder, `trial-${trial.number}.onnx`);
    const dense = await rebuild(store, study, trial, candidate, options, hooks.note);
    const request: TrainRequest = {
      ...options.training,
      model: candidate,
      fresh: false,
      teacher: options.distil ? dense : null,
      data: options.data ?? study.data.spec,
      normalize: options.training.normalize ?? normalisationOf(study),
    };
    const plan = await planTraining(request);
    const run = await begun(store, trial, plan, { candidate, dense }, options);
    hooks.before(run);
    const keeper = trainingKeeper(store.training, run.id);
    try {
      const result = await train(
        request,
        event => {
          keeper.event(event);
          hooks.emit(event);
        },
        hooks.finish,
        plan,
      );
      await keeper.end(result, null);
      return { ...result, run };
    } catch (error) {
      await keeper.end(null, error);
      throw error;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the candidate to `path` and returns where the dense model is. */
async function rebuild(
  store: Store,
  study: Study,
  trial: CompleteTrial,
  path: string,
  options: RetrainOptions,
  note: (text: string) => void,
): Promise<string> {
  const plan = reopenPlan(study, options.storePath, options.model);
  const moved = { data: options.data, calibration: options.calibration };
  const statistics = await reopenStatistics(plan, study, moved, { warn: note });
  const correction = await store.trials.correction(trial.id);
  const bytes = await exportTrial(plan, study, trial, correction, statistics, { warn: note });
  writeAtomically(path, bytes, 'the candidate');
  return plan.loaded.path;
}

/** The run as it stands in the store. Both networks are scored on the validation images, unless an earlier run did so. */
async function begun(
  store: Store,
  trial: CompleteTrial,
  plan: TrainPlan,
  { candidate, dense }: { readonly candidate: string; readonly dense: string },
  { commandLine }: RetrainOptions,
): Promise<TrainingRun> {
  const { identity } = plan;
  const runs = await store.training.list(trial.id);
  const known = runs.find(run => identityText(run.identity) === identityText(identity));
  if (known) return store.training.begin(known);
  const before = await rescored(candidate, plan);
  const reference = await rescored(dense, plan);
  return store.training.begin({
    trialId: trial.id,
    identity,
    denseTop1: reference.top1,
    beforeTop1: before.top1,
    validationImages: before.images,
    packageVersion: rankfrontVersion(),
    commandLine,
  });
}

/** As the study was searched; one that was written out in a dataset YAML is there still. */
const normalisationOf = ({ data }: Study): NormalizationName | undefined =>
  normalizations.find(each => each === data.normalisation);

/** @throws UserError for the dense model, which has nothing to recover */
export function requireFactorised(trial: number): void {
  if (trial !== 0) return;
  throw new UserError(
    'Cannot retrain trial 0: it is the dense model itself.',
    'Give the number of another trial, or train a network with "rankfront train".',
  );
}
