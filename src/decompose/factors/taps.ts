/** How the taps of a kernel are dealt out to two layers: one of them works along the height, one along the width. */
import type { BlockShape } from '../geometry.ts';
import type { Unfolding } from './two-factors.ts';

/** Which of two layers has the kernel of an axis, and with it stride, dilation and padding; the other is 1 long there. */
export type Along = 'first' | 'second';

export interface Taps {
  /** [height, width] of the kernels of the two layers, and how many taps each has. */
  readonly firstKernel: readonly [number, number];
  readonly secondKernel: readonly [number, number];
  readonly inner: number;
  readonly outer: number;
}

export function tapsOf({ kernel }: Pick<BlockShape, 'kernel'>, along: readonly [height: Along, width: Along]): Taps {
  const extent = (axis: 0 | 1, layer: Along): number => (along[axis] === layer ? kernel[axis] : 1);
  const firstKernel = [extent(0, 'first'), extent(1, 'first')] as const;
  const secondKernel = [extent(0, 'second'), extent(1, 'second')] as const;
  return {
    firstKernel,
    secondKernel,
    inner: firstKernel[0] * firstKernel[1],
    outer: secondKernel[0] * secondKernel[1],
  };
}

/** Where tap b of the first layer and tap a of the second meet in the dense kernel: entry b * outer + a. */
export function meetingTaps({ firstKernel, secondKernel, inner, outer }: Taps): Int32Array {
  const width = firstKernel[1] * secondKernel[1];
  return Int32Array.from({ length: inner * outer }, (_, i) => {
    const [b, a] = [Math.floor(i / outer), i % outer];
    // Along each axis one of the two is 1 long, and so at 0.
    const y = Math.floor(b / firstKernel[1]) + Math.floor(a / secondKernel[1]);
    const x = (b % firstKernel[1]) + (a % secondKernel[1]);
    return y * width + x;
  });
}

/** M[(o, a), (c, b)] = W[o, c, y, x] from the numbers of one group, with (y, x) where taps a and b meet. */
export function unfolded(
  { outPerGroup: outs, inPerGroup: ins }: Pick<BlockShape, 'outPerGroup' | 'inPerGroup'>,
  taps: Taps,
  weights: Float32Array,
): Unfolding {
  const { inner, outer } = taps;
  const [rows, cols] = [outs * outer, ins * inner];
  if (outer === 1) return { rows, cols, data: weights }; // the order that they are stored in
  const meeting = meetingTaps(taps);
  const area = inner * outer;
  const data = new Float32Array(rows * cols);
  for (let o = 0; o < outs; o++) {
    for (let c = 0; c < ins; c++) {
      for (let b = 0; b < inner; b++) {
        for (let a = 0; a < outer; a++) {
          data[(o * outer + a) * cols + c * inner + b] = weights[(o * ins + c) * area + meeting[b * outer + a]!]!;
        }
      }
    }
  }
  return { rows, cols, data };
}
