/** Shares of counted things: k of n images right, p = k / n. */
import { z95 } from './normal.ts';

/** p, from one entry per image: 1 where it is counted as right, else 0. Of no images 0. */
export const shareOfOnes = (correct: Uint8Array): number =>
  correct.reduce((sum, each) => sum + each, 0) / Math.max(1, correct.length);

/** sqrt(p (1 - p) / n); 0 when all or none are right, where `wilsonInterval` still says something. */
export function binomialStandardError(p: number, n: number): number {
  requireProportion(p, n);
  return Math.sqrt((p * (1 - p)) / n);
}

/**
 * Wilson's score interval (1927, eq. 4): every p0 that a normal test at `z` does not reject. Stays within [0, 1] and keeps
 * its coverage near 0 and 1, where p +- z se does not.
 */
export function wilsonInterval(p: number, n: number, z = z95): [number, number] {
  requireProportion(p, n);
  const scale = 1 + z ** 2 / n;
  const centre = (p + z ** 2 / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / n + z ** 2 / (4 * n ** 2));
  return [p === 0 ? 0 : Math.max(0, centre - half), p === 1 ? 1 : Math.min(1, centre + half)];
}

function requireProportion(p: number, n: number): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`Cannot summarise a share: expected 0 to 1, found ${p}.`);
  if (!(n >= 1)) throw new RangeError(`Cannot summarise a share: expected at least one trial, found ${n}.`);
}
