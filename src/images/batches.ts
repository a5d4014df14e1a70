/** The filled batches of a request, kept for the next one where they are the same images and fit. */
import { imageBytes, rgb8 } from '../data/pixel-form.ts';
import type { ImageInput } from '../runtime/model-interface.ts';
import type { ImageBatchSource } from './batch-source.ts';
import { fillBatch, type InputData, inputData, typedTable } from './fill-batch.ts';
import { pixelReader } from './pixel-reader.ts';

/** What is kept at most: the 1,000 proxy images of CIFAR-10 take 12 MB, 400 images of 224 x 224 take 240 MB. */
const keptBytes = 256 * 2 ** 20;

export interface Batches {
  /** Images per batch; the last one may hold fewer, and keeps zeros in the places left over. */
  readonly size: number;
  readonly count: number;
  /** The values of batch `index`, valid until the next call. */
  at(index: number): InputData;
  close(): void;
}

export interface BatchKeeper {
  open(images: ImageBatchSource, input: ImageInput, size: number): Batches;
}

/** A search scores every candidate on the same images: filling them once makes the next ones as fast as bare calls. */
export function batchKeeper(limitBytes = keptBytes): BatchKeeper {
  let key = '';
  let kept = new Map<number, InputData>();
  return {
    open: (images, input, size) => {
      const length = size * (images.form ?? rgb8).channels * images.height * images.width;
      const count = Math.ceil(images.positions.length / size);
      const batch = (): InputData => inputData(length, input.type);
      const bytes = count * length * inputData(0, input.type).BYTES_PER_ELEMENT;
      const keeps = bytes <= limitBytes;
      const wanted = keeps ? keyOf(images, input, size) : '';
      if (wanted !== key) kept = new Map();
      key = wanted;
      const fill = filler(images, input, size);
      const shared = keeps ? null : batch();
      return {
        size,
        count,
        at: index => {
          const known = kept.get(index);
          if (known) return known;
          const data = shared ?? batch();
          fill.into(data, index);
          if (keeps) kept.set(index, data);
          return data;
        },
        close: fill.close,
      };
    },
  };
}

function filler(images: ImageBatchSource, input: ImageInput, size: number) {
  const table = typedTable(images.table, input.type);
  const bytes = new Uint8Array(imageBytes(images.form ?? rgb8, images.height, images.width));
  const { read, close } = pixelReader(images);
  return {
    into: (data: InputData, index: number): void => {
      const from = index * size;
      const to = Math.min(images.positions.length, from + size);
      if (to - from < size) data.fill(0);
      fillBatch(data, from, to, read, bytes, images, input.layout, table);
    },
    close,
  };
}

const keyOf = ({ path, positions, table, channels }: ImageBatchSource, input: ImageInput, size: number): string =>
  JSON.stringify([path, [...positions], [...table], channels, input.type, input.layout, size]);
