/** Two networks on the same images: what one gets right and the other does not. */
import { areFlags, type Marks, normalInterval } from './marks.ts';
import { z95 } from './normal.ts';
import { pairedDifference } from './paired-difference.ts';

export interface PairedAccuracy {
  /** Accuracy of the dense model minus that of the candidate, on these images; a share, so 0.01 is one point. */
  readonly drop: number;
  /** Standard error of `drop`: of the mean of differences image by image, which is far below that of two independent shares. */
  readonly standardError: number;
  /**
   * 95 % interval of `drop` (Agresti and Min 2005): half an image is added to each of the four cells, so that it keeps its width when the
   * two networks agree on every image.
   */
  readonly interval: readonly [number, number];
  /** Images only the dense model gets right, and images only the candidate gets right (McNemar's b and c); none where they have grades. */
  readonly lost: number;
  readonly gained: number;
  readonly images: number;
}

/** @param dense one mark per image; `candidate` likewise, on the same images, at least one */
export function pairedAccuracy(dense: Marks, candidate: Marks): PairedAccuracy {
  const n = dense.length;
  if (n === 0 || candidate.length !== n)
    throw new RangeError(`Cannot compare scores: expected the same images, found ${n} and ${candidate.length}.`);
  const { difference, standardError } = pairedDifference(dense, candidate);
  if (!areFlags(candidate)) {
    const interval = normalInterval(difference, standardError);
    return { drop: difference, standardError, interval, lost: 0, gained: 0, images: n };
  }
  let lost = 0;
  let gained = 0;
  for (let i = 0; i < n; i++) {
    if (dense[i] && !candidate[i]) lost++;
    if (!dense[i] && candidate[i]) gained++;
  }
  return { drop: difference, standardError, interval: agrestiMin(lost, gained, n), lost, gained, images: n };
}

/** d +- z sqrt((b + c) - (b - c)^2 / n) / n with b, c raised by 1/2 and n by 2. */
function agrestiMin(b: number, c: number, images: number): [number, number] {
  const n = images + 2;
  const d = (b - c) / n;
  const half = (z95 / n) * Math.sqrt(b + c + 1 - (b - c) ** 2 / n);
  return [Math.max(-1, d - half), Math.min(1, d + half)];
}
