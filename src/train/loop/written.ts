/** The network that a training leaves: written, and scored again from its file. */
import { existsSync, statSync } from 'node:fs';
import { readBytes } from '../../files/read.ts';
import { writeAtomically } from '../../files/write.ts';
import { sha256Of } from '../../host/model-file.ts';
import { rankfrontVersion } from '../../host/version.ts';
import { withMetadata } from '../../onnx/metadata.ts';
import { writeModel } from '../../onnx/write.ts';
import type { Checkpoint } from '../checkpoint/format.ts';
import { withState } from '../state/initial-state.ts';
import type { TrainingState, WeightChoice } from '../trainer.ts';
import { bestEpoch } from './course.ts';
import type { EpochFinished, TrainingEvent } from './event.ts';
import type { LoopResult } from './loop.ts';
import type { TrainPlan } from './plan.ts';
import type { TrainRequest } from './request.ts';
import { lastWord, type Rescored, rescored } from './rescore.ts';
import { keeping } from './stopped.ts';

export interface Written {
  readonly path: string;
  readonly bytes: number;
  readonly epoch: EpochFinished;
  /** Top-1 of the file itself on the validation set, scored in a process of its own, and images that it was scored on. */
  readonly top1: number;
  readonly images: number;
  /** The same on test images, which chose nothing; null where there are none beside the validation set. */
  readonly test: Rescored | null;

  /** So many images may lie between that and what the training reported: kernels of another engine round otherwise. */
  readonly mayDiffer: number;
  /** Of the file, hexadecimal. */
  readonly sha256: string;
}

/** `best` is the hash of the network of the best epoch, as in a checkpoint. */
export interface Trained extends Pick<LoopResult, 'course' | 'state'> {
  readonly best: Checkpoint['written'];
}

export async function written(
  request: TrainRequest,
  plan: TrainPlan,
  { course, state, best }: Trained,
  emit: (event: TrainingEvent) => void,
): Promise<Written> {
  const { out, keep } = request;
  const last = course.epochs.at(-1);
  const wanted = keep === 'best' ? bestEpoch(course.epochs) : last;
  if (!last?.validation || !wanted?.validation) throw new Error('the last epoch was not scored');
  // The best was written when it was reached; where it is not there any more, the last is what there is.
  const lost = keep === 'best' && !(existsSync(out) && (best === undefined || hashOf(out) === best));
  if (lost && wanted !== last) {
    const message = `The network of epoch ${wanted.epoch}, the best, is not in "${out}" any more: the network of the last epoch is written.`;
    emit({ kind: 'warning', message });
  }
  const { weights } = last.validation;
  if (keep === 'last' || lost)
    keeping(request, state.counters.steps, () => writeNetwork(request, plan, state, weights));
  const { top1, images } = await rescored(out, plan);
  const test = plan.test && (await lastWord(out, plan));
  return {
    path: out,
    bytes: statSync(out).size,
    epoch: lost ? last : wanted,
    top1,
    images,
    test,
    mayDiffer: mayDiffer(request, images),
    sha256: hashOf(out),
  };
}

/** Ties within rounding are broken by chance: about one image in a thousand scores otherwise on another engine. */
const mayDiffer = ({ engine }: TrainRequest, images: number): number =>
  engine.kind === 'torch' ? Math.max(2.5, 0.002 * images) : 1.5;

const hashOf = (path: string): string => sha256Of(readBytes(path, 'the trained network'));

/** Returns the hash of the file, SHA-256, hexadecimal. */
export function writeNetwork(
  request: TrainRequest,
  { network }: TrainPlan,
  state: TrainingState,
  weights: WeightChoice,
): string {
  const model = withMetadata(withState(network.model, state, weights), {
    'rankfront.version': rankfrontVersion(),
    'rankfront.training_steps': String(state.counters.steps),
    'rankfront.weights': weights,
  });
  const bytes = writeModel(model);
  writeAtomically(request.out, bytes, 'the trained network', { readAgain: true });
  return sha256Of(bytes);
}
