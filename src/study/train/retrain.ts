/** `retrain`: a trial of a study trained until it is as good as the dense model, or nearly. */
import { join } from 'node:path';
import { type NormalizationName, normalizations } from '../../data/normalize.ts';
import { UserError } from '../../errors/user-error.ts';
import { writeAtomically } from '../../host/model-file.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import { rankfrontVersion } from '../../host/version.ts';
import type { Store } from '../../store/store.ts';
import type { Study } from '../../store/study.ts';
import { identityText, type TrainingRun } from '../../store/training.ts';
import type { CompleteTrial } from '../../store/trial.ts';
import { withFilesHeld } from '../../train/checkpoint/lock.ts';
import type { TrainingEvent } from '../../train/loop/event.ts';
import { planTraining, type TrainPlan } from '../../train/loop/plan.ts';
import { preflight } from '../../train/loop/preflight.ts';
import type { TrainRequest } from '../../train/loop/request.ts';
import { lastWord } from '../../train/loop/rescore.ts';
import { type TrainResult, trainPlanned } from '../../train/loop/train.ts';
import { reopenStatistics } from '../build/calibration.ts';
import { exportTrial, requireComplete } from '../build/export.ts';
import { reopenPlan } from '../build/reopen.ts';
import { disturbedNote } from '../measure/latency-quality.ts';
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

/** A training that is planned and not begun. */
export interface PreparedRetraining {
  readonly trial: CompleteTrial;
  readonly request: TrainRequest;
  readonly plan: TrainPlan;
  /** The paths of both networks. */
  readonly candidate: string;
  readonly dense: string;
}

/** @throws UserError when the trial cannot be rebuilt or trained; the store then says so too */
export async function retrain(
  store: Store,
  study: Study,
  options: RetrainOptions,
  hooks: RetrainHooks,
): Promise<RetrainResult> {
  return withRetraining(store, study, options, hooks.note, prepared =>
    trainPrepared(store, prepared, options.commandLine, hooks),
  );
}

/** Rebuilds the trial and plans its training; its files are there while `work` runs. */
export async function withRetraining<T>(
  store: Store,
  study: Study,
  options: RetrainOptions,
  note: RetrainHooks['note'],
  work: (prepared: PreparedRetraining) => Promise<T>,
): Promise<T> {
  const trial = requireComplete(await store.trials.get(study.id, options.trial), options.trial, study);
  const disturbed = disturbedNote(trial, study);
  if (disturbed) note(disturbed);
  const folder = scratchFolder();
  try {
    const candidate = join(folder.path, `trial-${trial.number}.onnx`);
    const dense = await rebuild(store, study, trial, candidate, options, note);
    const request: TrainRequest = {
      ...options.training,
      model: candidate,
      fresh: false,
      teacher: options.distil ? dense : null,
      data: options.data ?? study.data.spec,
      normalize: options.training.normalize ?? normalisationOf(study),
    };
    return await work({ trial, request, plan: await planTraining(request), candidate, dense });
  } finally {
    folder.remove();
  }
}

/** @param denseTop1 that of the dense model on the images that have the last word, where it is known */
export async function trainPrepared(
  store: Store,
  prepared: PreparedRetraining,
  commandLine: readonly string[],
  hooks: Omit<RetrainHooks, 'note'>,
  denseTop1?: number,
): Promise<RetrainResult> {
  const { request, plan } = prepared;
  return withFilesHeld(request, async () => {
    // Before the store is told of a run: one that is complete stays so when it cannot be begun again.
    const kept = preflight(request, plan, [prepared.dense]);
    const run = await begun(store, prepared, commandLine, denseTop1);
    hooks.before(run);
    const keeper = trainingKeeper(store.training, run.id);
    // A run that was killed may have had epochs in its checkpoint that the store had not been told of yet.
    for (const epoch of kept?.course.epochs ?? []) keeper.event(epoch);
    try {
      const result = await trainPlanned(request, plan, () => kept, {
        emit: event => {
          keeper.event(event);
          hooks.emit(event);
        },
        finish: hooks.finish,
        ended: ended => keeper.end(ended, null),
      });
      return { ...result, run };
    } catch (error) {
      await keeper.end(null, error);
      throw error;
    }
  });
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
  const plan = await reopenPlan(study, options.storePath, options.model);
  const moved = { data: options.data, calibration: options.calibration };
  const statistics = await reopenStatistics(plan, study, moved, { warn: note });
  const correction = await store.trials.correction(trial.id);
  const bytes = await exportTrial(plan, study, trial, correction, statistics, { warn: note });
  writeAtomically(path, bytes, 'the candidate');
  return plan.loaded.path;
}

/** The run of that trial and identity in the store, whatever its state; null where there is none. */
export async function knownRun(store: Store, { trial, plan }: PreparedRetraining): Promise<TrainingRun | null> {
  const runs = await store.training.list(trial.id);
  return runs.find(run => identityText(run.identity) === identityText(plan.identity)) ?? null;
}

/** The run as it stands in the store. Both networks are scored on the images that have the last word, unless an earlier run did so. */
async function begun(
  store: Store,
  prepared: PreparedRetraining,
  commandLine: readonly string[],
  denseTop1: number | undefined,
): Promise<TrainingRun> {
  const { trial, plan, candidate, dense } = prepared;
  const known = await knownRun(store, prepared);
  if (known) return store.training.begin(known);
  const before = await lastWord(candidate, plan);
  return store.training.begin({
    trialId: trial.id,
    identity: plan.identity,
    denseTop1: denseTop1 ?? (await lastWord(dense, plan)).top1,
    beforeTop1: before.top1,
    validationImages: before.images,
    packageVersion: rankfrontVersion(),
    commandLine,
  });
}

/** As the study was searched; one that was written out in a dataset YAML is there still. */
export const normalisationOf = ({ data }: Study): NormalizationName | undefined =>
  normalizations.find(each => each === data.normalisation);

/** @throws UserError for the dense model, which has nothing to recover */
export function requireFactorised(trial: number): void {
  if (trial !== 0) return;
  throw new UserError(
    'Cannot retrain trial 0: it is the dense model itself.',
    'Give the number of another trial, or train a network with "rankfront train".',
  );
}
