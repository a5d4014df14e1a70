/** A generator for a place in a plan: the same key gives the same stream, whoever asks and in whatever order. */
import { type Rng, resumedRng } from './rng.ts';

/**
 * The generator of `key`, such as (seed, epoch, sample); whole numbers. Work that is spread over threads draws the same numbers
 * however many threads there are, and work that is resumed needs no state but the key.
 *
 * Each of the four state words is the key hashed with another start, by MurmurHash3's 32-bit mixing (Appleby 2011).
 */
export function keyedRng(...key: readonly number[]): Rng {
  const state = starts.map(start => finished(key.reduce(mixed, start) ^ (4 * key.length)));
  return resumedRng(state.every(word => word === 0) ? [1, 0, 0, 0] : state);
}

const starts = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const; // the first fractional bits of pi

function mixed(hash: number, part: number): number {
  let k = Math.imul(part | 0, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
