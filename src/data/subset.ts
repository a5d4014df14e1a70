/** Which images stand in for all of them during a search, and which are kept for confirm. */
import { seededRng, shuffled } from '../random/rng.ts';

export interface Split {
  /** Ascending positions, disjoint; together they are 0 to count - 1. */
  readonly proxy: Int32Array;
  readonly rest: Int32Array;
}

/** 1,000 images, but never more than half: confirm needs images that no search has seen. */
export const defaultProxyImages = (count: number): number => Math.min(1000, Math.ceil(count / 2));

/**
 * How many of `count` images the proxy set gets when `wanted` are asked for: at most nine tenths, so that the rest can
 * still contradict what the search found; with a single image there is no rest.
 */
export const allowedProxyImages = (count: number, wanted: number): number =>
  Math.max(1, Math.min(wanted, count - Math.ceil(count / 10)));

/**
 * A stratified random subset: every class gives its share of the `allowedProxyImages(count, proxyImages)` images, rounded
 * by the largest remainders, ties at random (Hamilton's method). Without labels all images are one class. The same
 * arguments give the same split.
 *
 * @param labels one per image, or null
 * @param count at least 1
 */
export function splitProxy(labels: Int32Array | null, count: number, proxyImages: number, seed: number): Split {
  const rng = seededRng(seed);
  const size = allowedProxyImages(count, proxyImages);
  const classes = new Map<number, number[]>();
  for (let i = 0; i < count; i++) {
    const label = labels?.[i] ?? 0;
    const members = classes.get(label);
    if (members) members.push(i);
    else classes.set(label, [i]);
  }
  const strata = [...classes.entries()].sort(([a], [b]) => a - b).map(([, members]) => shuffled(members, rng));
  const quotas = strata.map(members => (members.length * size) / count);
  const seats = quotas.map(Math.floor);
  const missing = size - seats.reduce((sum, seat) => sum + seat, 0);
  const byRemainder = shuffled([...strata.keys()], rng).sort(
    (a, b) => quotas[b]! - seats[b]! - (quotas[a]! - seats[a]!),
  );
  for (const stratum of byRemainder.slice(0, missing)) seats[stratum]!++;
  const chosen = (members: readonly number[], i: number): number[] => members.slice(0, seats[i]!);
  const left = (members: readonly number[], i: number): number[] => members.slice(seats[i]!);
  return { proxy: Int32Array.from(strata.flatMap(chosen)).sort(), rest: Int32Array.from(strata.flatMap(left)).sort() };
}
