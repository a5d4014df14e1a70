/**
 * Sums over batches of images, in float64. Within a batch the runtime sums in float32, which for some thousand products of
 * like size leaves a relative error near 1e-6 of the diagonal; over batches nothing is added to it.
 */
import type { ProbeAverages } from './messages.ts';

/** One batch as the runtime gives it. */
export interface ProbeBatch {
  readonly images: number;
  /** Patches that the moments are sums over, all images together. */
  readonly patches: number;
  /** Averages over the positions of one image after the other, or of all of them. */
  readonly inputMean: Float32Array;
  readonly outputMean: Float32Array;
  readonly outputSquare: Float32Array;
  /** [groups, order, order] */
  readonly input: Float32Array | null;
  readonly output: Float32Array | null;
}

export interface Accumulator {
  add(batch: ProbeBatch): void;
  finish(): ProbeAverages;
}

export interface Extents {
  readonly groups: number;
  /** Vectors per patch that the input moments are sums over. */
  readonly taps: number;
  readonly entries: number;
  readonly outputs: number;
}

export function accumulator({ groups, taps, entries, outputs }: Extents): Accumulator {
  let images = 0;
  let patches = 0;
  const inputMean = new Float64Array(entries);
  const outputMean = new Float64Array(outputs);
  const outputSquare = new Float64Array(outputs);
  const moments: { input: Float64Array | null; output: Float64Array | null } = { input: null, output: null };
  const addMoment = (which: 'input' | 'output', values: Float32Array | null): void => {
    if (!values) return;
    const order = Math.round(Math.sqrt(values.length / groups));
    moments[which] ??= new Float64Array((groups * order * (order + 1)) / 2);
    addPacked(moments[which], values, groups, order);
  };
  return {
    add: batch => {
      images += batch.images;
      patches += batch.patches;
      addRows(inputMean, batch.inputMean, batch.images);
      addRows(outputMean, batch.outputMean, batch.images);
      addRows(outputSquare, batch.outputSquare, batch.images);
      addMoment('input', batch.input);
      addMoment('output', batch.output);
    },
    finish: () => {
      const mean = outputMean.map(sum => sum / images);
      const packed = (sums: Float64Array | null, vectors: number): Float32Array | null =>
        sums && Float32Array.from(sums, sum => sum / vectors);
      return {
        patches,
        inputMean: inputMean.map(sum => sum / images),
        outputMean: mean,
        outputVariance: outputSquare.map((sum, i) => Math.max(0, sum / images - mean[i]! ** 2)),
        input: packed(moments.input, patches * taps),
        output: packed(moments.output, patches),
      };
    },
  };
}

/** Adds rows of averages, each of which stands for its share of `images`. */
function addRows(sums: Float64Array, values: Float32Array, images: number): void {
  const rows = values.length / sums.length;
  const weight = images / rows;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < sums.length; i++) sums[i]! += weight * values[row * sums.length + i]!;
  }
}

/** Adds the upper triangles of [groups, order, order] to packed ones. */
export function addPacked(sums: Float64Array, values: Float32Array, groups: number, order: number): void {
  let at = 0;
  for (let group = 0; group < groups; group++) {
    for (let i = 0; i < order; i++) {
      const row = (group * order + i) * order;
      for (let j = i; j < order; j++, at++) sums[at]! += values[row + j]!;
    }
  }
}
