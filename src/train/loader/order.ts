/** In which order the images of an epoch come, and the generators of what is random about them. */
import { keyedRng } from '../../random/keyed-rng.ts';
import type { Rng } from '../../random/rng.ts';

/** Streams that must not be told apart by the numbers of their epoch or sample alone. */
const stream = { order: 1, sample: 2, batch: 3 } as const;

/** A uniformly random order of 0 to count - 1 (Fisher-Yates); the same for the same seed and epoch. */
export function epochOrder(count: number, seed: number, epoch: number): Int32Array {
  const rng = keyedRng(seed, stream.order, epoch);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const moved = order[i]!;
    order[i] = order[j]!;
    order[j] = moved;
  }
  return order;
}

/** Of the augmentation of one image in one epoch, whichever batch and thread it falls to. */
export const sampleRng = (seed: number, epoch: number, sample: number): Rng =>
  keyedRng(seed, stream.sample, epoch, sample);

/** Of mixup and cutmix of one batch. */
export const batchRng = (seed: number, epoch: number, batch: number): Rng => keyedRng(seed, stream.batch, epoch, batch);
