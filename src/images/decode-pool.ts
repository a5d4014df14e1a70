/** Decodes, resizes and crops many images in threads, and hands them over in order. */
import type { ImageItem } from '../data/load.ts';
import type { Transform } from '../data/transform.ts';
import { entryUrl } from '../host/entry.ts';
import { createThreadPool } from '../threads/thread-pool.ts';
import type { Decoded, DecodeJob } from './decode-thread.ts';

export interface DecodedRun extends Decoded {
  /** The position of the first image of this run among all items. */
  readonly start: number;
  readonly count: number;
}

const imagesPerJob = 16;

/**
 * Yields runs of consecutive images in the order of `items`. Twice as many jobs as threads are under way, so that memory
 * is bounded however many images there are.
 */
export async function* decodeAll(
  items: readonly ImageItem[],
  transform: Transform,
  threads?: number,
): AsyncGenerator<DecodedRun> {
  await using pool = createThreadPool<DecodeJob, Decoded>(entryUrl('decode-thread', import.meta.url), threads);
  const underWay: Promise<DecodedRun>[] = [];
  const submit = (start: number): void => {
    const part = items.slice(start, start + imagesPerJob);
    const run = pool.run({ items: part, transform }).then(decoded => ({ ...decoded, start, count: part.length }));
    run.catch(() => {}); // reported when its turn comes
    underWay.push(run);
  };
  for (let next = 0; next < items.length || underWay.length > 0; ) {
    while (next < items.length && underWay.length < 2 * pool.threads) {
      submit(next);
      next += imagesPerJob;
    }
    const first = underWay.shift();
    if (first) yield await first;
  }
}
