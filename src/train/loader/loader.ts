/**
 * Hands out the batches of a training in their order, made ahead of time in threads, so that a step does not wait. What a batch
 * holds follows from the seed and its place alone, not from the number of threads or from where a run was taken up.
 */
import { type Augmentation, plain } from '../../data/augment/augmentation.ts';
import type { Dataset } from '../../data/dataset.ts';
import { itemsOf } from '../../data/load.ts';
import { UserError } from '../../errors/user-error.ts';
import { entryUrl } from '../../host/entry.ts';
import { createThreadPool } from '../../threads/thread-pool.ts';
import type { Batch } from '../trainer.ts';
import { imageMemory } from './image-memory.ts';
import type { BatchJob, InputReading, MadeBatch } from './make-batch.ts';
import { epochOrder } from './order.ts';

export interface LoaderOptions {
  readonly dataset: Dataset;
  /** One output index per image. */
  readonly labels: Int32Array;
  /** The width of the network's output. */
  readonly classes: number;
  readonly reading: InputReading;
  readonly augmentation: Augmentation;
  /** The epoch from which on it is `plain`; never by default. */
  readonly plainFrom?: number;
  /** Images per batch. */
  readonly batch: number;
  readonly seed: number;
  readonly threads: number;
  /** Batches made ahead; twice the threads and two more by default. */
  readonly ahead?: number;
  /** The share of images that may be unreadable. */
  readonly maxUnreadable: number;
}

/** A place in a training: batches counted within their epoch, both from 0. */
export interface EpochPlace {
  readonly epoch: number;
  readonly batch: number;
}

export interface LoadedBatch {
  readonly place: EpochPlace;
  readonly batch: Batch;
  /** How long the caller was kept waiting. */
  readonly waitedMs: number;
}

export interface Loader {
  /** Full batches; the few images left over come in other epochs, since each has its own order. */
  readonly batchesPerEpoch: number;
  /** Goes to `place` and begins to make what follows it; nothing is made from `epochs` on. */
  begin(place: EpochPlace, epochs: number): void;
  /** The next batch in order; null after the last epoch. Throws a UserError when too many images are unreadable. */
  next(): Promise<LoadedBatch | null>;
  /** Images that could not be read so far, and one of them with the reason. */
  unreadable(): { readonly images: number; readonly example: string };
  close(): Promise<void>;
}

/** Throws a UserError when the dataset does not fill one batch. */
export async function openLoader(options: LoaderOptions): Promise<Loader> {
  const { dataset, labels, classes, reading, augmentation, plainFrom = Infinity, seed } = options;
  const batchesPerEpoch = Math.floor(dataset.count / options.batch);
  if (batchesPerEpoch === 0)
    throw new UserError(
      `Cannot train with --batch ${options.batch}: there are only ${dataset.count} training images.`,
      `Give at most --batch ${dataset.count}.`,
    );
  const memory = await imageMemory(dataset);
  const items = memory ? null : itemsOf(dataset.source);
  const pool = createThreadPool<BatchJob, MadeBatch>(entryUrl('loader-thread', import.meta.url), options.threads);
  const ahead = options.ahead ?? 2 * pool.threads + 2;

  let order: { readonly epoch: number; readonly samples: Int32Array } | null = null;
  let queue: { readonly place: EpochPlace; readonly samples: Int32Array; readonly made: Promise<MadeBatch> }[] = [];
  /** Of the next batch to be made, counted from the first of epoch 0. */
  let at = 0;
  let end = 0;
  const bad = new Map<number, string>();
  const seen = new Set<number>();

  const submit = (): void => {
    const place = { epoch: Math.floor(at / batchesPerEpoch), batch: at % batchesPerEpoch };
    if (order?.epoch !== place.epoch)
      order = { epoch: place.epoch, samples: epochOrder(dataset.count, seed, place.epoch) };
    const from = place.batch * options.batch;
    const samples = order.samples.slice(from, from + options.batch);
    const made = pool.run({
      seed,
      ...place,
      samples,
      items: items && Array.from(samples, sample => items[sample]!),
      memory,
      labels: samples.map(sample => labels[sample]!),
      classes,
      augmentation: place.epoch >= plainFrom ? plain(augmentation) : augmentation,
      reading,
      standIns: true,
    });
    made.catch(() => {}); // reported when its turn comes
    queue.push({ place, samples, made });
    at++;
  };
  const fill = (): void => {
    while (queue.length < ahead && at < end) submit();
  };

  const judge = (samples: Int32Array, made: MadeBatch): void => {
    for (const sample of samples) seen.add(sample);
    for (const { at: place, reason } of made.unreadable) {
      const sample = samples[place]!;
      bad.set(sample, `${dataset.ids[sample]} (${reason})`);
    }
    // A few damaged files at the start are no sign of how many there are, but a batch of nothing else is.
    const allowed = Math.max(3, options.maxUnreadable * seen.size);
    if (bad.size > allowed || made.unreadable.length === samples.length)
      throw new UserError(
        `Cannot train on the data: ${bad.size} of the first ${seen.size} images are unreadable: ${[...bad.values()].slice(0, 3).join('; ')}.`,
        'Restore or remove them, or raise maxUnreadable in a dataset YAML.',
      );
  };

  return {
    batchesPerEpoch,
    begin: (place, epochs) => {
      queue = [];
      at = place.epoch * batchesPerEpoch + place.batch;
      end = epochs * batchesPerEpoch;
      fill();
    },
    next: async () => {
      const first = queue.shift();
      if (!first) return null;
      const startMs = performance.now();
      const made = await first.made;
      const waitedMs = performance.now() - startMs;
      fill();
      judge(first.samples, made);
      const targets: Batch['targets'] = made.soft
        ? { kind: 'soft', probabilities: made.soft }
        : { kind: 'labels', labels: made.labels };
      return { place: first.place, batch: { images: made.images, targets, count: options.batch }, waitedMs };
    },
    unreadable: () => ({ images: bad.size, example: [...bad.values()][0] ?? '' }),
    close: async () => {
      // A thread that answers while its pool is ended makes the pool throw.
      const pending = queue.splice(0).map(({ made }) => made);
      await Promise.allSettled(pending);
      await pool.close();
    },
  };
}
