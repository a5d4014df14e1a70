/** A training from files to a file: opened, gone on with, written, and what was written scored again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withMetadata } from '../../onnx/metadata.ts';
import { writeModel } from '../../onnx/write.ts';
import { readBytes, writeAtomically } from '../../workers/model-file.ts';
import { rankfrontVersion } from '../../workers/version.ts';
import { checkpointFile } from '../checkpoint/file.ts';
import { freshModel } from '../network/fresh.ts';
import { startRunner } from '../runner/remote.ts';
import { withState } from '../state/initial-state.ts';
import type { TrainingState, WeightChoice } from '../trainer.ts';
import { bestEpoch, type Course, start } from './course.ts';
import type { EpochFinished, TrainingEvent } from './event.ts';
import { taken, trainingLoop } from './loop.ts';
import { planTraining, type TrainPlan } from './plan.ts';
import { preflight } from './preflight.ts';
import type { TrainRequest } from './request.ts';
import { rescored } from './rescore.ts';

export interface TrainResult {
  readonly endedBy: 'epochs' | 'interrupted';
  readonly course: Course;
  /** The network that was written; null when the training was interrupted. */
  readonly written: Written | null;
}

export interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly epoch: EpochFinished;
  /** Top-1 of the file itself on the validation set, scored in a process of its own, and images that it was scored on. */
  readonly top1: number;
  readonly images: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
}

/**
 * @param planned the plan of `request`, where it is known already
 * @throws UserError for what cannot be trained, and when the training diverges
 */
export async function train(
  request: TrainRequest,
  emit: (event: TrainingEvent) => void,
  finish: AbortSignal,
  planned?: TrainPlan,
): Promise<TrainResult> {
  const plan = planned ?? (await planTraining(request));
  for (const note of [...plan.splits.train.notes, ...plan.splits.validation.notes])
    emit({ kind: 'warning', message: note });
  const kept = preflight(request, plan);
  const file = checkpointFile(request.checkpoint);
  if (request.restart) file.remove();
  const result = await trained(request, plan, kept, emit, finish);
  if (result.endedBy === 'interrupted') return { endedBy: 'interrupted', course: result.course, written: null };
  const written = await write(request, plan, result.course, result.state);
  // What was written is what counts from now on.
  file.remove();
  return { endedBy: 'epochs', course: result.course, written };
}

async function trained(
  request: TrainRequest,
  plan: TrainPlan,
  kept: { readonly course: Course; readonly state: TrainingState } | null,
  emit: (event: TrainingEvent) => void,
  finish: AbortSignal,
) {
  const file = checkpointFile(request.checkpoint);
  const runner = await started(request, plan);
  try {
    if (kept) taken(await runner.load(kept.state));
    const result = await trainingLoop(runner, plan.loop, kept?.course ?? start, {
      emit,
      finish,
      checkpoint: (course, state) => {
        file.write({ identity: plan.identity, course, state });
        emit({ kind: 'checkpoint', path: file.path, step: state.counters.steps });
      },
      best: (state, weights) => {
        if (request.keep === 'best') writeNetwork(request, plan, state, weights);
      },
    });
    emit({
      kind: 'training-finished',
      endedBy: result.endedBy,
      steps: result.state.counters.steps,
      wallMs: result.course.wallMs,
    });
    return result;
  } finally {
    await runner.close();
  }
}

/** A runner that stands before the first step. */
async function started(request: TrainRequest, { network, setup }: TrainPlan) {
  if (!request.fresh) return taken(await startRunner({ ...setup, modelPath: request.model }));
  const folder = mkdtempSync(join(tmpdir(), 'rankfront-train-'));
  try {
    const modelPath = join(folder, 'fresh.onnx');
    writeAtomically(modelPath, writeModel(freshModel(network, request.seed)), 'the fresh network');
    return taken(await startRunner({ ...setup, modelPath }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function write(request: TrainRequest, plan: TrainPlan, course: Course, state: TrainingState): Promise<Written> {
  const last = course.epochs.at(-1);
  const epoch = request.keep === 'best' ? bestEpoch(course.epochs) : last;
  if (!epoch?.validation) throw new Error('the last epoch was not scored');
  // The best was written when it was reached; where somebody took it away, the last is what there is.
  const lost = request.keep === 'best' && !existsSync(request.out);
  if (request.keep === 'last' || lost) writeNetwork(request, plan, state, epoch.validation.weights);
  const { top1, images } = await rescored(request.out, plan);
  const bytes = readBytes(request.out, 'the trained network');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path: request.out, bytes: bytes.length, epoch: lost && last ? last : epoch, top1, images, sha256 };
}

function writeNetwork(
  request: TrainRequest,
  { network }: TrainPlan,
  state: TrainingState,
  weights: WeightChoice,
): void {
  const model = withMetadata(withState(network.model, state, weights), {
    'rankfront.version': rankfrontVersion(),
    'rankfront.training_steps': String(state.counters.steps),
    'rankfront.weights': weights,
  });
  writeAtomically(request.out, writeModel(model), 'the trained network');
}
