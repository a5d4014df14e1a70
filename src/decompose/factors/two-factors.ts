/** The shared half of the methods with two layers: one thin singular value decomposition per group. */
import { svd } from '../../linalg/svd.ts';
import type { WeightBlock } from '../block.ts';
import type { BlockShape } from '../geometry.ts';
import type { TwoFactors } from './factors.ts';

/** A matrix whose entry (i, j) is entry (j, i) of Wᵀ: `inputs` x `outputs`, or its transpose. */
export interface Unfolding {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float32Array;
}

const extent = ({ outPerGroup, inPerGroup, kernel }: BlockShape): number =>
  outPerGroup * inPerGroup * kernel[0] * kernel[1];

/** The numbers of group `group`, a view. */
export const groupOf = (block: WeightBlock, group: number): Float32Array =>
  block.data.subarray(group * extent(block), (group + 1) * extent(block));

/** |W|, summed in float64. */
export function frobeniusNorm(data: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i]! ** 2;
  return Math.sqrt(sum);
}

/**
 * Factors M = second x first per group, M with one row per output (outputs x inputs). Each singular value is split evenly,
 * sqrt(s) on either side, which keeps both factors within the range of float16 and balances their gradients in training.
 */
export function twoFactors<Method extends string>(
  method: Method,
  block: WeightBlock,
  unfold: (weights: Float32Array) => Unfolding,
): TwoFactors<Method> {
  const { groups, outPerGroup, inPerGroup, kernel } = block;
  const parts = Array.from({ length: groups }, (_, group) => svd(unfold(groupOf(block, group))));
  const { rows: outputs, cols: inputs } = parts[0]!;
  const fullRank = Math.min(outputs, inputs);
  const first = new Float32Array(groups * fullRank * inputs);
  const second = new Float32Array(groups * outputs * fullRank);
  parts.forEach(({ u, s, vt }, group) => {
    for (let r = 0; r < fullRank; r++) {
      const root = Math.sqrt(s[r]!);
      for (let i = 0; i < inputs; i++) first[(group * fullRank + r) * inputs + i] = root * vt[r * inputs + i]!;
      for (let o = 0; o < outputs; o++) second[(group * outputs + o) * fullRank + r] = root * u[o * fullRank + r]!;
    }
  });
  return {
    method,
    shape: { groups, outPerGroup, inPerGroup, kernel },
    norm: frobeniusNorm(block.data),
    fullRank,
    spectra: parts.map(part => part.s),
    first,
    second,
  };
}

/** Rows (o, a) of `rank` numbers, with `taps` values of a, to the layout of a convolution, [o, rank, a]. */
export function outputsFirst(rows: Float32Array, taps: number, rank: number): Float32Array {
  const result = new Float32Array(rows.length);
  const outs = rows.length / (taps * rank);
  for (let o = 0; o < outs; o++) {
    for (let a = 0; a < taps; a++) {
      for (let r = 0; r < rank; r++) result[(o * rank + r) * taps + a] = rows[(o * taps + a) * rank + r]!;
    }
  }
  return result;
}
