/** A training from files to a file: opened, gone on with, written, and what was written scored again. */
import { join } from 'node:path';
import { removeHalfWritten, writeAtomically } from '../../files/write.ts';
import { scratchFolder } from '../../host/scratch-folder.ts';
import { writeModel } from '../../onnx/write.ts';
import { checkpointFile } from '../checkpoint/file.ts';
import type { Checkpoint } from '../checkpoint/format.ts';
import { withFilesHeld } from '../checkpoint/lock.ts';
import { freshModel } from '../network/fresh.ts';
import { startRunner } from '../runner/remote.ts';
import { type Course, start } from './course.ts';
import type { TrainingEvent } from './event.ts';
import { type LoopResult, trainingLoop } from './loop.ts';
import { planTraining, type TrainPlan } from './plan.ts';
import { preflight } from './preflight.ts';
import type { TrainRequest } from './request.ts';
import { keeping, taken } from './stopped.ts';
import { type Trained, type Written, writeNetwork, written } from './written.ts';

export interface TrainResult {
  readonly endedBy: 'epochs' | 'interrupted';
  readonly course: Course;
  /** The network that was written; null when the training was interrupted. */
  readonly written: Written | null;
}

/** @throws UserError for what cannot be trained, and when the training diverges */
export async function train(
  request: TrainRequest,
  emit: (event: TrainingEvent) => void,
  finish: AbortSignal,
): Promise<TrainResult> {
  const plan = await planTraining(request);
  return withFilesHeld(request, () => trainPlanned(request, plan, () => preflight(request, plan), { emit, finish }));
}

export interface TrainHooks {
  readonly emit: (event: TrainingEvent) => void;
  readonly finish: AbortSignal;
  /** Told of the result while the training can still be gone on with, should this fail. */
  readonly ended?: (result: TrainResult) => Promise<void>;
}

/**
 * Trains by the plan of `request`, whose files the caller holds.
 * @param checked the checkpoint to go on from, as `preflight` gives it
 * @throws UserError for what cannot be trained, and when the training diverges
 */
export async function trainPlanned(
  request: TrainRequest,
  plan: TrainPlan,
  checked: () => Checkpoint | null,
  hooks: TrainHooks,
): Promise<TrainResult> {
  const { emit } = hooks;
  for (const note of plan.notes) emit({ kind: 'warning', message: note });
  const kept = checked();
  for (const path of [request.out, request.checkpoint]) removeHalfWritten(path);
  const { endedBy, course, state, best } = await trained(request, plan, kept, hooks);
  const network = endedBy === 'interrupted' ? null : await written(request, plan, { course, state, best }, emit);
  const result = { endedBy, course, written: network };
  await hooks.ended?.(result);
  // What was written is what counts from now on.
  if (network) checkpointFile(request.checkpoint).remove();
  return result;
}

async function trained(
  request: TrainRequest,
  plan: TrainPlan,
  kept: Checkpoint | null,
  { emit, finish }: TrainHooks,
): Promise<LoopResult & Trained> {
  const file = checkpointFile(request.checkpoint);
  const runner = await started(request, plan);
  for (const note of runner.info.notes ?? []) emit({ kind: 'warning', message: note });
  let best = kept ? kept.written : null;
  let savedStep = kept?.state.counters.steps ?? null;
  try {
    // Not before: what cannot even be started takes nothing away.
    if (request.restart) file.remove();
    if (kept) taken(await runner.load(kept.state));
    const result = await trainingLoop(runner, plan.loop, kept?.course ?? start, {
      emit,
      finish,
      checkpoint: (course, state) => {
        const checkpoint = { identity: plan.identity, course, state, ...(best === undefined ? {} : { written: best }) };
        keeping(request, savedStep, () => file.write(checkpoint));
        savedStep = state.counters.steps;
        emit({ kind: 'checkpoint', path: file.path, step: state.counters.steps });
      },
      best: (state, weights) => {
        if (request.keep === 'best')
          best = keeping(request, savedStep, () => writeNetwork(request, plan, state, weights));
      },
    });
    emit({
      kind: 'training-finished',
      endedBy: result.endedBy,
      steps: result.state.counters.steps,
      wallMs: result.course.wallMs,
    });
    return { ...result, best };
  } finally {
    await runner.close();
  }
}

/** A runner that stands before the first step. */
async function started(request: TrainRequest, { network, setup }: TrainPlan) {
  if (!request.fresh) return taken(await startRunner({ ...setup, modelPath: request.model }));
  const folder = scratchFolder();
  try {
    const modelPath = join(folder.path, 'fresh.onnx');
    writeAtomically(modelPath, writeModel(freshModel(network, request.seed)), 'the fresh network');
    return taken(await startRunner({ ...setup, modelPath }));
  } finally {
    folder.remove();
  }
}
