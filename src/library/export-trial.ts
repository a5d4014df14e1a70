/** A trial of a stored study, written as an ONNX file that stands alone. */
import { demandWritable, writeAtomically } from '../files/write.ts';
import { keptFiles } from '../host/kept-files.ts';
import { readModel } from '../onnx/read.ts';
import { fileOfStore } from '../store/place.ts';
import type { Store } from '../store/store.ts';
import type { Study } from '../store/study.ts';
import type { CompleteTrial } from '../store/trial.ts';
import { reopenStatistics } from '../study/build/calibration.ts';
import { exportTrial, requireComplete } from '../study/build/export.ts';
import { reopenPlan } from '../study/build/reopen.ts';
import { writeTorchFolder } from './export-torch.ts';

/** Where files of a study are now, if they have moved. */
export interface MovedFiles {
  readonly model?: string | undefined;
  readonly data?: string | undefined;
  readonly calibration?: string | undefined;
}

export interface Exported {
  readonly study: string;
  readonly trial: number;
  readonly out: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly macs: number;
  readonly params: number;
  /** Whether it has the refined weights. */
  readonly refined: boolean;
}

export interface ExportParts {
  readonly store: Store;
  readonly study: Study;
  /** Path of the store: files of the study are looked for from its folder too, and it is not written over. */
  readonly place: string;
  readonly moved: MovedFiles;
  readonly warn: (message: string) => void;
}

/**
 * @param out where to write; with the format `torch` a folder, see `writeTorchFolder`. Files that the study reads are never written over
 * @param refined whether the refined weights are taken where the trial has them
 * @param format what is written
 * @throws UserError for a trial that is not complete, files that are not those of the study, or a place that cannot be written to
 */
export async function writeTrial(
  { store, study, place, moved, warn }: ExportParts,
  number: number,
  out: string,
  { refined = true, format = 'onnx' }: { readonly refined?: boolean; readonly format?: 'onnx' | 'torch' } = {},
): Promise<{ readonly exported: Exported; readonly trial: CompleteTrial }> {
  const trial = requireComplete(await store.trials.get(study.id, number), number, study);
  const plan = await reopenPlan(study, place, moved.model);
  const data = [moved.data ?? study.data.spec, moved.calibration ?? study.calibration?.spec];
  const kept = { kept: keptFiles({ store: fileOfStore(place), models: [plan.loaded.path], data }) };
  if (format === 'onnx') demandWritable(out, 'the model', kept);
  const files = { data: moved.data, calibration: moved.calibration };
  const statistics = await reopenStatistics(plan, study, files, { warn });
  const refinement = refined ? await store.trials.refinement(trial.id) : null;
  const weights = refinement?.state === 'refined' ? refinement : null;
  const correction = weights?.content ?? (await store.trials.correction(trial.id));
  const bytes = await exportTrial(plan, study, trial, correction, statistics, { warn }, weights?.modelSha256);
  if (format === 'onnx') writeAtomically(out, bytes, 'the model', kept);
  else {
    const from = { study: study.name, trial: String(number), sha256: weights?.modelSha256 ?? trial.modelSha256 };
    writeTorchFolder(readModel(bytes, { name: `trial ${number}` }), out, from);
  }
  const { macs, params } = trial;
  const written = { study: study.name, trial: number, out, bytes: bytes.length, macs, params };
  return { exported: { ...written, refined: weights !== null }, trial };
}
