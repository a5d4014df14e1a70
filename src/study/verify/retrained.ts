/** Whether what is stored of a retraining holds: the networks before and after it, scored again on its validation images. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../../errors/user-error.ts';
import { readBytes, sha256Of } from '../../host/model-file.ts';
import { folderOfStore } from '../../store/place.ts';
import type { Study } from '../../store/study.ts';
import type { TrainingRun } from '../../store/training.ts';
import { plainRequest } from '../../train/loop/plain-request.ts';
import { planTraining, type TrainPlan } from '../../train/loop/plan.ts';
import { rescored } from '../../train/loop/rescore.ts';
import type { Difference, Disagreement } from '../recount/disagreement.ts';
import { normalisationOf } from '../train/retrain.ts';
import { nearTies } from './verdict.ts';

export interface TrainingVerdict {
  readonly trial: number;
  readonly run: number;
  readonly disagreements: readonly Disagreement[];
  /** Why something of it was not checked, a line each. */
  readonly unchecked: readonly string[];
}

export interface TrainingFiles {
  readonly storePath: string;
  /** Where the images are now, if they have moved. */
  readonly data: string | undefined;
  /** Where retrained networks are now: a file, or a folder with files of their names. */
  readonly retrained: string | undefined;
  /** Of the trial before it was trained, built again, and of the dense model. */
  readonly candidate: string;
  readonly dense: string;
  /** Whether this is the machine, with the runtime, that the study ran on: then every image must be answered alike. */
  readonly sameRuntime: boolean;
  /** Hashes of all networks that trainings in this store have written. */
  readonly written: ReadonlySet<string>;
}

export async function checkTraining(
  study: Study,
  trial: number,
  run: TrainingRun,
  files: TrainingFiles,
): Promise<TrainingVerdict> {
  const differences: Difference[] = [];
  const unchecked: string[] = [];
  const score = await scorerOf(study, run, files);
  if (typeof score === 'string') unchecked.push(`its accuracies: ${score}`);
  else {
    differences.push(...(await score('accuracy before training', run.beforeTop1, files.candidate)));
    differences.push(...(await score('accuracy of the dense model', run.denseTop1, files.dense)));
  }
  if (run.writtenSha256 !== null && run.top1 !== null) {
    const file = fileOf(run, files);
    if (file === null) unchecked.push('the retrained file, which is not there');
    else {
      const sha256 = sha256Of(readBytes(file, 'the retrained network'));
      if (sha256 !== run.writtenSha256 && files.written.has(sha256))
        unchecked.push(`the retrained file: "${file}" was written over by another training`);
      else if (sha256 !== run.writtenSha256)
        differences.push({
          figure: 'trained network',
          stored: `SHA-256 ${run.writtenSha256}`,
          recounted: `SHA-256 ${sha256} ("${file}")`,
        });
      else if (typeof score !== 'string') differences.push(...(await score('trained accuracy', run.top1, file)));
    }
  }
  return { trial, run: run.id, disagreements: differences.map(each => ({ trial, phase: null, ...each })), unchecked };
}

type Score = (figure: Difference['figure'], stored: number, path: string) => Promise<Difference[]>;

/** Or why its validation images cannot be scored on. */
async function scorerOf(study: Study, run: TrainingRun, files: TrainingFiles): Promise<Score | string> {
  const plan = await planOf(study, run, files);
  if (typeof plan === 'string') return plan;
  return async (figure, stored, path) => {
    const { top1, images } = await rescored(path, plan);
    const alike = files.sameRuntime && run.identity['--provider'] === 'cpu';
    const allowed = alike ? 1e-9 : Math.max(nearTies, 1.5 / images);
    return Math.abs(top1 - stored) <= allowed ? [] : [{ figure, stored, recounted: top1 }];
  };
}

async function planOf(study: Study, run: TrainingRun, files: TrainingFiles): Promise<TrainPlan | string> {
  const { identity, commandLine } = run;
  const data = files.data ?? optionOf(commandLine, '--data') ?? study.data.spec;
  try {
    const plan = await planTraining({
      ...plainRequest,
      model: files.candidate,
      data,
      normalize: normalisationOf(study),
      seed: Number(identity['--seed'] ?? 0),
    });
    // Nothing is held out of this plan, so that its validation images are the test images, where there are some.
    const scoredOn = identity['the test set'] ?? identity['the validation set'];
    const same =
      plan.identity['the validation set'] === scoredOn &&
      plan.identity['the normalisation'] === identity['the normalisation'];
    return same ? plan : `the validation images of "${data}" are not those that it was scored on`;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Trainings of an audit leave no file. */
function fileOf({ commandLine }: TrainingRun, { retrained, storePath }: TrainingFiles): string | null {
  const writes = commandLine[0] === 'retrain' || commandLine[0] === 'import-weights';
  const out = writes ? optionOf(commandLine, '--out') : undefined;
  const places = [
    ...(retrained === undefined ? [] : [retrained, ...(out === undefined ? [] : [join(retrained, basename(out))])]),
    ...(out === undefined ? [] : [out, join(folderOfStore(storePath), out)]),
  ];
  return places.find(path => existsSync(path) && statSync(path).isFile()) ?? null;
}

/** `--out X` or `--out=X`, the last one given. */
function optionOf(commandLine: readonly string[], name: string): string | undefined {
  const at = commandLine.findLastIndex(each => each === name || each.startsWith(`${name}=`));
  if (at < 0) return undefined;
  const [, value] = (commandLine[at] ?? '').split(/=(.*)/s);
  return value ?? commandLine[at + 1];
}
