/** The images and targets of a step, checked and brought into one form. */
import { UserError } from '../../errors/user-error.ts';
import { elementCount } from '../../onnx/tensor.ts';
import type { Batch, Targets } from '../trainer.ts';

export interface BatchLayout {
  readonly imageDims: readonly number[];
  readonly classes: number;
}

/** @throws Error for arrays of the wrong length, UserError for a label that the network has no output for */
export function requireBatch({ images, targets, count }: Batch, { imageDims, classes }: BatchLayout): void {
  const expected = count * elementCount(imageDims);
  if (count < 1 || images.length !== expected) {
    throw new Error(
      `a batch of ${count} images of ${imageDims.join(' x ')} has ${expected} numbers, got ${images.length}`,
    );
  }
  const rows = targets.kind === 'labels' ? targets.labels.length : targets.probabilities.length / classes;
  if (rows !== count) throw new Error(`${count} images need as many targets, got ${rows}`);
  if (targets.kind === 'soft') return;
  const stray = targets.labels.find(label => !(label >= 0 && label < classes));
  if (stray === undefined) return;
  throw new UserError(
    `Cannot train on label ${stray}: the network has ${classes} outputs, numbered from 0.`,
    'Check the labels, or give a network with as many outputs as there are classes.',
  );
}

/** count x classes. */
export function denseTargets(targets: Targets, classes: number): Float32Array {
  if (targets.kind === 'soft') return targets.probabilities;
  const rows = new Float32Array(targets.labels.length * classes);
  for (let i = 0; i < targets.labels.length; i++) rows[i * classes + (targets.labels[i] as number)] = 1;
  return rows;
}
