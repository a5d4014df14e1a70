/** The batches that a network runs over, one after the other, each with the shape that its input takes. */
import { rgb8 } from '../data/pixel-form.ts';
import type { ImageInput } from '../runtime/model-interface.ts';
import type { ImageBatchSource } from './batch-source.ts';
import type { BatchKeeper } from './batches.ts';
import type { InputData } from './fill-batch.ts';

export interface ImageBatch {
  readonly index: number;
  /** How many batches there are in all. */
  readonly of: number;
  /** Where its images stand among the positions of the source: [from, to). */
  readonly from: number;
  readonly to: number;
  /** What the input takes, N x C x H x W or N x H x W x C; valid until the next batch. */
  readonly data: InputData;
  readonly dims: readonly number[];
}

/**
 * A dynamic batch dimension takes the images that are left over as they are. A fixed one cannot: they are filled up with zeros, or left out
 * where what is summed over images must not count such zeros.
 *
 * @param wanted images per batch where the batch dimension is dynamic
 */
export function* imageBatches(
  keeper: BatchKeeper,
  images: ImageBatchSource,
  input: ImageInput,
  wanted: number,
  leftOver: 'fill up' | 'leave out',
): Generator<ImageBatch, void, undefined> {
  const { positions, height, width, form: { channels } = rgb8 } = images;
  const batches = keeper.open(images, input, input.batch ?? Math.min(wanted, positions.length));
  try {
    for (let index = 0; index < batches.count; index++) {
      const from = index * batches.size;
      const to = Math.min(positions.length, from + batches.size);
      if (leftOver === 'leave out' && input.batch !== null && to - from < batches.size) return;
      const count = input.batch ?? to - from;
      const data = batches.at(index).subarray(0, count * channels * height * width);
      const dims = input.layout === 'nchw' ? [count, channels, height, width] : [count, height, width, channels];
      yield { index, of: batches.count, from, to, data, dims };
    }
  } finally {
    batches.close();
  }
}
