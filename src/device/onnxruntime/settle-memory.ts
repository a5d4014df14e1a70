/** Makes what a process takes from now on show in its resident memory, and nothing else. */
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { residentKib } from './process-memory.ts';

const sizesKib = [48, 24, 12, 6, 3, 1.5, 0.75, 0.375];
const takenBytes = 16 * 2 ** 20;

/**
 * The environment of the process: one heap for all threads, what is large goes back to the system as soon as it is free, and the young
 * objects of JavaScript have little room to grow into.
 */
export const plainHeap = (): Readonly<Record<string, string>> => ({
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=1`.trim(),
});

/** The threads of a process that has just begun still start; a second is plenty. */
const steadyLooks = 4;
const lookMs = 50;
const mostLooks = 40;

/**
 * Waits until the process has begun, collects garbage, then takes up the memory that the allocator holds free from the start of the process: what a model found there would not
 * show. How much it is differs by some MiB from one process to the next.
 *
 * @returns what is to be kept until the peak is read
 */
export async function settleMemory(): Promise<ArrayBufferLike[]> {
  let before = residentKib();
  for (let looks = 0, steady = 0; steady < steadyLooks && looks < mostLooks; looks++) {
    await delay(lookMs);
    const now = residentKib();
    steady = now === before ? steady + 1 : 0;
    before = now;
  }
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return sizesKib.flatMap(kib => {
    const size = kib * 1024;
    return Array.from({ length: Math.ceil(takenBytes / size) }, () => Buffer.allocUnsafeSlow(size).buffer);
  });
}
