/** Two images blended, and their targets with them (Zhang et al. 2018, equation 1). */
import { beta } from '../../random/beta.ts';
import type { Rng } from '../../random/rng.ts';

/** A batch on its way to the network: N images of 3 H W values and N rows of targets that each sum to 1. */
export interface SoftBatch {
  readonly images: Float32Array;
  readonly targets: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Whether an image is three planes or rows of pixels. */
  readonly layout: 'nchw' | 'nhwc';
}

/** Each image with the one at the mirrored place of the batch: lambda x_i + (1 - lambda) x_(N-1-i), lambda from Beta(alpha, alpha). */
export function mixup(batch: SoftBatch, alpha: number, rng: Rng): SoftBatch {
  const lambda = beta(alpha, alpha, rng);
  return {
    ...batch,
    images: mixedRows(batch.images, batch.count, lambda),
    targets: mixedRows(batch.targets, batch.count, lambda),
  };
}

/** lambda times row i plus (1 - lambda) times row N - 1 - i. */
export function mixedRows(rows: Float32Array, count: number, lambda: number): Float32Array {
  const length = rows.length / count;
  const out = new Float32Array(rows.length);
  for (let i = 0; i < count; i++) {
    const own = i * length;
    const other = (count - 1 - i) * length;
    for (let at = 0; at < length; at++) out[own + at] = lambda * rows[own + at]! + (1 - lambda) * rows[other + at]!;
  }
  return out;
}
