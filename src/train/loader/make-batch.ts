/** One batch from plain data: decoded, augmented, normalised and mixed. Runs in a thread; the same job gives the same batch. */
import { type Augmentation, augmented, mixedBatch } from '../../data/augment/augmentation.ts';
import { type ImageItem, loadItem } from '../../data/load.ts';
import type { ChannelOrder } from '../../data/normalize.ts';
import type { RgbImage } from '../../data/resize.ts';
import type { Transform } from '../../data/transform.ts';
import { batchRng, sampleRng } from './order.ts';

/** Images of one size kept as bytes: image i is interleaved R, G, B at i x 3 x height x width. */
export interface ImageMemory {
  readonly bytes: SharedArrayBuffer;
  readonly height: number;
  readonly width: number;
}

/** How bytes become the input of the network. */
export interface InputReading {
  readonly transform: Transform;
  /** 3 x 256 values, see `normalizationTable`. */
  readonly table: Float32Array;
  readonly channels: ChannelOrder;
  readonly layout: 'nchw' | 'nhwc';
}

export interface BatchJob {
  readonly seed: number;
  readonly epoch: number;
  /** The number of the batch in its epoch. */
  readonly batch: number;
  /** Which images of the dataset, and for each where it is; null where they are in memory. */
  readonly samples: Int32Array;
  readonly items: readonly ImageItem[] | null;
  readonly memory: ImageMemory | null;
  /** One class per sample. */
  readonly labels: Int32Array;
  readonly classes: number;
  readonly augmentation: Augmentation;
  readonly reading: InputReading;
  /** Whether a neighbour stands in for an image that cannot be read; otherwise, and where none can, its place is left at zeros. */
  readonly standIns: boolean;
}

export interface MadeBatch {
  readonly images: Float32Array<ArrayBuffer>;
  /** count x classes where images are mixed, else null. */
  readonly soft: Float32Array<ArrayBuffer> | null;
  readonly labels: Int32Array<ArrayBuffer>;
  /** Places in the batch whose image could not be read. */
  readonly unreadable: readonly { readonly at: number; readonly reason: string }[];
}

export async function makeBatch(job: BatchJob): Promise<MadeBatch> {
  const { samples, classes, augmentation, reading } = job;
  const { height, width } = reading.transform;
  const imageLength = 3 * height * width;
  const images = new Float32Array(samples.length * imageLength);
  const labels = Int32Array.from(job.labels);
  const { loaded, unreadable } = await loadAll(job);
  for (const [at, image] of loaded.entries()) {
    if (!image) continue;
    labels[at] = job.labels[image.from]!;
    const rng = sampleRng(job.seed, job.epoch, samples[at]!);
    const planes = augmented(image.pixels, augmentation, reading.transform, rng);
    writeInput(planes, images.subarray(at * imageLength, (at + 1) * imageLength), reading);
  }
  if (augmentation.mixup === 0 && augmentation.cutmix === 0) return { images, soft: null, labels, unreadable };
  const targets = oneHot(labels, classes);
  const rng = batchRng(job.seed, job.epoch, job.batch);
  const { layout } = reading;
  const mixed = mixedBatch({ images, targets, count: samples.length, height, width, layout }, augmentation, rng);
  return {
    images: mixed.images as Float32Array<ArrayBuffer>,
    soft: mixed.targets as Float32Array<ArrayBuffer>,
    labels,
    unreadable,
  };
}

interface Loaded {
  /** The place in the batch whose image this is; its own, or a neighbour's. */
  readonly from: number;
  readonly pixels: RgbImage;
}

async function loadAll(job: BatchJob): Promise<{ loaded: (Loaded | null)[]; unreadable: MadeBatch['unreadable'] }> {
  const { samples, items, memory } = job;
  if (memory)
    return {
      loaded: Array.from(samples, (sample, from) => ({ from, pixels: inMemory(memory, sample) })),
      unreadable: [],
    };
  const found: (RgbImage | null)[] = [];
  const unreadable: { at: number; reason: string }[] = [];
  for (const [at, item] of (items ?? []).entries()) {
    try {
      found.push(await loadItem(item));
    } catch (error) {
      found.push(null);
      unreadable.push({ at, reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) });
    }
  }
  const readable = found.flatMap((image, at) => (image ? [at] : []));
  if (!job.standIns) return { loaded: found.map((pixels, from) => pixels && { from, pixels }), unreadable };
  const loaded = found.map((image, at): Loaded | null => {
    // The nearest readable one before it, else the first.
    const from = image ? at : (readable.findLast(other => other < at) ?? readable[0]);
    const pixels = from === undefined ? undefined : found[from];
    return from === undefined || !pixels ? null : { from, pixels };
  });
  return { loaded, unreadable };
}

function inMemory({ bytes, height, width }: ImageMemory, sample: number): RgbImage {
  const length = 3 * height * width;
  return { width, height, data: new Uint8Array(bytes, sample * length, length) };
}

/** One table look-up per pixel and channel. */
function writeInput(
  planes: Uint8Array,
  input: Float32Array,
  { transform, table, channels, layout }: InputReading,
): void {
  const area = transform.height * transform.width;
  const step = layout === 'nchw' ? 1 : 3;
  for (let channel = 0; channel < 3; channel++) {
    const target = channels === 'rgb' ? channel : 2 - channel;
    const row = table.subarray(channel * 256, (channel + 1) * 256);
    let at = layout === 'nchw' ? target * area : target;
    for (let i = channel * area; i < (channel + 1) * area; i++, at += step) input[at] = row[planes[i]!]!;
  }
}

function oneHot(labels: Int32Array, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) targets[i * classes + label] = 1;
  return targets;
}
