/** Chains of convolutions, index by index: a second way to what methods compute in matrices. */
import type { Rank } from '../../../src/decompose/methods/factor-method.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { floatsOf } from '../../../src/onnx/tensor.ts';

export interface ChainLayer {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** The weights of a model's convolutions, [out, in per group, height, width], first to last. */
export const chainLayers = ({ graph }: Model): ChainLayer[] =>
  graph.nodes.map(({ inputs }) => {
    const tensor = graph.initializers.get(inputs[1]!)!;
    return { dims: tensor.dims, data: floatsOf(tensor) };
  });

/** The kernel that convolutions one after the other come to: W[o, c, y + y', x + x'] = sum over r of B[o, r, y, x] A[r, c, y', x']. */
export function composedKernel(layers: readonly ChainLayer[], groups: number): Float64Array {
  const whole = layers
    .map(({ dims, data }) => ({ dims, data: Float64Array.from(data) }))
    .reduce((before, after) => {
      const [rows, ins, height, width] = before.dims as [number, number, number, number];
      const [outs, ranks, tall, wide] = after.dims as [number, number, number, number];
      const dims = [outs, ins, height + tall - 1, width + wide - 1];
      const data = new Float64Array(dims.reduce((a, b) => a * b, 1));
      for (let o = 0; o < outs; o++)
        for (let r = 0; r < ranks; r++)
          for (let c = 0; c < ins; c++)
            for (let i = 0; i < tall * wide; i++)
              for (let j = 0; j < height * width; j++) {
                const row = Math.floor(o / (outs / groups)) * (rows / groups) + r;
                const y = Math.floor(i / wide) + Math.floor(j / width);
                const x = (i % wide) + (j % width);
                data[((o * ins + c) * dims[2]! + y) * dims[3]! + x]! +=
                  after.data[(o * ranks + r) * tall * wide + i]! * before.data[(row * ins + c) * height * width + j]!;
              }
      return { dims, data };
    });
  return whole.data;
}

/** Of a layer [groups * out, in, ...] the leading numbers along every axis and in every group that a layer of `dims` has room for. */
export function leadingPart(whole: ChainLayer, dims: readonly number[], groups: number): Float32Array {
  const [outs, ins, ...taps] = dims as [number, number, ...number[]];
  const [allOuts, allIns] = whole.dims as [number, number];
  const area = taps.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: outs * ins * area }, (_, at) => {
    const [o, c, tap] = [Math.floor(at / (ins * area)), Math.floor(at / area) % ins, at % area];
    const group = Math.floor(o / (outs / groups));
    const from = group * (allOuts / groups) + (o % (outs / groups));
    return whole.data[(from * allIns + c) * area + tap]!;
  });
}

export const allRanks = (full: Rank): Rank[] =>
  typeof full === 'number'
    ? Array.from({ length: full }, (_, i) => i + 1)
    : Array.from({ length: full[0] * full[1] }, (_, i) => [1 + (i % full[0]), 1 + Math.floor(i / full[0])] as const);

/** From the lowest rank at share 0 to full rank at share 1. */
export function rankAt(full: Rank, share: number): Rank {
  const part = (rank: number): number => 1 + Math.round(share * (rank - 1));
  return typeof full === 'number' ? part(full) : [part(full[0]), part(full[1])];
}

export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  let norm = 0;
  for (let i = 0; i < a.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    norm += a[i]! ** 2;
  }
  return norm === 0 ? Math.sqrt(difference) : Math.sqrt(difference / norm);
}

/** Rows by columns of a weight that is read entry by entry: `entry(row, column)`. */
export const matrixOf = (rows: number, cols: number, entry: (row: number, col: number) => number) => ({
  rows,
  cols,
  data: Float32Array.from({ length: rows * cols }, (_, at) => entry(Math.floor(at / cols), at % cols)),
});

/** The square root of what is left of the squared singular values from `rank` on. */
export const tailOf = (s: Float64Array, rank: number): number => Math.hypot(...s.subarray(rank));
