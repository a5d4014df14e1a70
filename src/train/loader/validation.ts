/** The images of a validation set in their order, as the network is scored on them: nothing is augmented, none is left out. */
import { noAugmentation } from '../../data/augment/augmentation.ts';
import type { Dataset } from '../../data/dataset.ts';
import { itemsOf } from '../../data/load.ts';
import { UserError } from '../../errors/user-error.ts';
import { entryUrl } from '../../host/entry.ts';
import { createThreadPool } from '../../threads/thread-pool.ts';
import type { Batch } from '../trainer.ts';
import { imageMemory } from './image-memory.ts';
import type { BatchJob, InputReading, MadeBatch } from './make-batch.ts';

export interface ValidationOptions {
  readonly dataset: Dataset;
  /** One output index per image. */
  readonly labels: Int32Array;
  readonly reading: InputReading;
  readonly classes: number;
  /** Images per batch; the last one may have fewer. */
  readonly batch: number;
  readonly threads: number;
}

export interface ValidationBatches {
  /** Images that cannot be read are left out. Throws a UserError when they are more than the dataset allows, or all. */
  batches(): AsyncGenerator<Batch>;
  /** Images that could not be read so far, and one of them with the reason. */
  unreadable(): { readonly images: number; readonly example: string };
  close(): Promise<void>;
}

export async function openValidation(options: ValidationOptions): Promise<ValidationBatches> {
  const { dataset, labels, reading, classes } = options;
  const memory = await imageMemory(dataset);
  const items = memory ? null : itemsOf(dataset.source);
  const pool = createThreadPool<BatchJob, MadeBatch>(entryUrl('loader-thread', import.meta.url), options.threads);
  const submit = (index: number): Promise<MadeBatch> => {
    const from = index * options.batch;
    const samples = Int32Array.from({ length: Math.min(options.batch, dataset.count - from) }, (_, i) => from + i);
    const made = pool.run({
      seed: 0,
      epoch: 0,
      batch: index,
      samples,
      items: items && Array.from(samples, sample => items[sample]!),
      memory,
      labels: samples.map(sample => labels[sample]!),
      classes,
      augmentation: noAugmentation,
      reading,
      standIns: false,
    });
    made.catch(() => {}); // reported when its turn comes
    return made;
  };
  const bad = new Map<number, string>();
  const judge = (index: number, { unreadable }: MadeBatch): void => {
    for (const { at, reason } of unreadable) {
      const sample = index * options.batch + at;
      bad.set(sample, `${dataset.ids[sample]} (${reason})`);
    }
    const share = 'maxUnreadable' in dataset.spec ? dataset.spec.maxUnreadable : 0;
    if (bad.size <= Math.max(3, share * dataset.count) && bad.size < dataset.count) return;
    throw new UserError(
      `Cannot score on the data: ${bad.size} of ${dataset.count} validation images are unreadable: ${[...bad.values()].slice(0, 3).join('; ')}.`,
      'Restore or remove them, or raise maxUnreadable in a dataset YAML.',
    );
  };
  return {
    batches: async function* () {
      const count = Math.ceil(dataset.count / options.batch);
      const queue: Promise<MadeBatch>[] = [];
      let submitted = 0;
      const fill = (): void => {
        while (queue.length <= pool.threads && submitted < count) queue.push(submit(submitted++));
      };
      try {
        fill();
        let index = 0;
        for (let next = queue.shift(); next; next = queue.shift()) {
          fill();
          const made = await next;
          judge(index++, made);
          const batch = readable(made);
          if (batch) yield batch;
        }
      } finally {
        await Promise.allSettled(queue);
      }
    },
    unreadable: () => ({ images: bad.size, example: [...bad.values()][0] ?? '' }),
    close: () => pool.close(),
  };
}

/** Without the images that could not be read; null when none is left. */
function readable({ images, labels, unreadable }: MadeBatch): Batch | null {
  if (unreadable.length === 0) return { images, count: labels.length, targets: { kind: 'labels', labels } };
  const bad = new Set(unreadable.map(({ at }) => at));
  const kept = Array.from(labels.keys()).filter(at => !bad.has(at));
  if (kept.length === 0) return null;
  const size = images.length / labels.length;
  const all = new Float32Array(kept.length * size);
  for (const [to, from] of kept.entries()) all.set(images.subarray(from * size, (from + 1) * size), to * size);
  const own = Int32Array.from(kept, at => labels[at]!);
  return { images: all, count: kept.length, targets: { kind: 'labels', labels: own } };
}
