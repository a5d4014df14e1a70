/** The batches that a network runs over, as what each of its inputs takes. */
import { type TensorPlace, tensorReader } from '../data/tensors/arrays.ts';
import { type Attempt, complete } from '../errors/failure.ts';
import { onlyImage, type TensorDescription } from '../runtime/model-interface.ts';
import type { TensorParts } from '../runtime/tensors-of.ts';
import type { BatchSource, TensorBatchSource } from './batch-source.ts';
import type { BatchKeeper } from './batches.ts';
import { imageBatches } from './image-batches.ts';

export interface FeedBatch {
  readonly index: number;
  readonly of: number;
  /** Where its items stand among the positions of the source: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Items that the network is given, with what fills up a fixed batch. */
  readonly size: number;
  /** What each input takes; the numbers are valid until the next batch. */
  readonly feeds: Readonly<Record<string, TensorParts>>;
}

export interface Feeds {
  /**
   * @param wanted items per batch where the batch dimension is dynamic
   * @param leftOver what becomes of a batch that is not full, where the dimension is fixed
   */
  readonly batches: (wanted: number, leftOver: 'fill up' | 'leave out') => Generator<FeedBatch, void, undefined>;
}

/** Fails where the network takes no image, and images are what there is. */
export function openFeeds(
  keeper: BatchKeeper,
  source: BatchSource,
  inputs: readonly TensorDescription[],
): Attempt<Feeds> {
  if ('tensors' in source) {
    if (source.whole) return complete({ batches: () => wholeItems(source) });
    const fixed = fixedBatch(inputs.filter(({ name }) => source.tensors.some(each => each.name === name)));
    return complete({ batches: (wanted, leftOver) => tensorBatches(source, fixed, wanted, leftOver) });
  }
  const image = onlyImage(inputs);
  if (image.state === 'failed') return image;
  const input = image.value;
  return complete({
    batches: function* (wanted, leftOver) {
      for (const { index, of, from, to, data, dims } of imageBatches(keeper, source, input, wanted, leftOver))
        yield {
          index,
          of,
          from,
          to,
          size: dims[0] ?? to - from,
          feeds: { [input.name]: { type: input.type, data, dims } },
        };
    },
  });
}

/** The size of the first dimension where all inputs fix it; null where one leaves it open. */
export function fixedBatch(inputs: readonly TensorDescription[]): number | null {
  const sizes = inputs.flatMap(({ shape: [first] }) => (typeof first === 'number' && first > 0 ? [first] : []));
  return sizes.length === inputs.length ? (sizes[0] ?? null) : null;
}

/** Each item as it is. */
function* wholeItems({ tensors, positions }: TensorBatchSource): Generator<FeedBatch, void, undefined> {
  const read = tensorReader();
  const { length: of } = positions;
  for (let index = 0; index < of; index++) {
    const feeds = tensors.flatMap(({ name, items }) => {
      const item = items[index];
      if (!item) return [];
      return [[name, { type: item.type, data: typed(item.type, read(item).buffer), dims: item.dims }] as const];
    });
    yield { index, of, from: index, to: index + 1, size: 1, feeds: Object.fromEntries(feeds) };
  }
}

/** Items of equal sizes that follow each other go together. */
function* tensorBatches(
  { tensors, positions }: TensorBatchSource,
  fixed: number | null,
  wanted: number,
  leftOver: 'fill up' | 'leave out',
): Generator<FeedBatch, void, undefined> {
  const read = tensorReader();
  const count = positions.length;
  const limit = fixed ?? wanted;
  const sizesAt = (i: number): string => JSON.stringify(tensors.map(({ items }) => items[i]?.dims));
  const starts: number[] = [];
  for (let i = 0; i < count; i++) {
    const last = starts.at(-1);
    if (last === undefined || i - last >= limit || sizesAt(i) !== sizesAt(last)) starts.push(i);
  }
  for (const [index, from] of starts.entries()) {
    const to = starts[index + 1] ?? count;
    const size = fixed ?? to - from;
    if (leftOver === 'leave out' && to - from < size) continue;
    const feeds = tensors.map(({ name, items }) => [name, stackedFeed(items.slice(from, to), size, read)] as const);
    yield { index, of: starts.length, from, to, size, feeds: Object.fromEntries(feeds) };
  }
}

function stackedFeed(
  items: readonly TensorPlace[],
  size: number,
  read: (place: TensorPlace) => Uint8Array,
): TensorParts {
  const [first] = items;
  if (!first) throw new Error('a batch has items');
  const bytes = new Uint8Array(size * first.bytes);
  for (const [i, item] of items.entries()) bytes.set(read(item), i * first.bytes);
  return { type: first.type, data: typed(first.type, bytes.buffer), dims: [size, ...first.dims] };
}

function typed(type: TensorPlace['type'], buffer: ArrayBuffer): ArrayBufferView {
  switch (type) {
    case 'float32':
      return new Float32Array(buffer);
    case 'float64':
      return new Float64Array(buffer);
    case 'float16':
    case 'uint16':
      return new Uint16Array(buffer);
    case 'int8':
      return new Int8Array(buffer);
    case 'int16':
      return new Int16Array(buffer);
    case 'int32':
      return new Int32Array(buffer);
    case 'uint32':
      return new Uint32Array(buffer);
    case 'int64':
      return new BigInt64Array(buffer);
    case 'uint64':
      return new BigUint64Array(buffer);
    case 'uint8':
    case 'bool':
      return new Uint8Array(buffer);
    default:
      return type satisfies never;
  }
}
