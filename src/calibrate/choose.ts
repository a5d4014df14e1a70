/** Which images of a dataset calibrate a network. */
import { seededRng, shuffled } from '../random/rng.ts';

export const defaultCalibrationImages = 512;
/** Of the images that a study is judged with, at most this share is given up, since it cannot judge any more. */
const ownShare = 1 / 8;
/** Fewer images than this say too little to be worth taking away from the judging ones. */
const leastOwnImages = 64;

/** So many of the study's own `count` images may be taken; 0 where there are too few. */
export function ownCalibrationImages(count: number, wanted: number): number {
  const allowed = Math.min(wanted, Math.floor(count * ownShare));
  return allowed >= Math.min(wanted, leastOwnImages) ? allowed : 0;
}

/** `wanted` of `count` positions at random, or all of them, ascending. The same arguments give the same positions. */
export function calibrationPositions(count: number, wanted: number, seed: number): Int32Array {
  const all = Array.from({ length: count }, (_, i) => i);
  if (wanted >= count) return Int32Array.from(all);
  return Int32Array.from(shuffled(all, seededRng(seed)).slice(0, wanted)).sort();
}
