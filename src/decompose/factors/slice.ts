/** Factors at a lower rank: the leading components of every group, copied. */
import type { TuckerFactors, TwoFactors } from './factors.ts';

/** `groups` parts of `rows` rows of `length` numbers each: keeps the first `count` rows of every part. */
export function leadingRows(
  x: Float32Array,
  groups: number,
  rows: number,
  length: number,
  count: number,
): Float32Array {
  if (count === rows) return x;
  const result = new Float32Array(groups * count * length);
  for (let group = 0; group < groups; group++) {
    const from = group * rows * length;
    result.set(x.subarray(from, from + count * length), group * count * length);
  }
  return result;
}

export interface TwoSlices {
  /** [groups * rank, inPerGroup, height or 1, width or 1] */
  readonly first: Float32Array;
  /** [out, rank, height or 1, width or 1] */
  readonly second: Float32Array;
}

export function sliceTwo({ shape, method, fullRank, first, second }: TwoFactors, rank: number): TwoSlices {
  const { groups, outPerGroup, inPerGroup, kernel } = shape;
  const [height, width] = kernel;
  const inner = { svd: height * width, spatial: height, input: 1 }[method];
  const outer = { svd: 1, spatial: width, input: height * width }[method];
  return {
    first: leadingRows(first, groups, fullRank, inPerGroup * inner, rank),
    second: leadingRows(second, groups * outPerGroup, fullRank, outer, rank),
  };
}

export interface TuckerSlices {
  /** [groups * input rank, inPerGroup, 1, 1] */
  readonly input: Float32Array;
  /** [groups * output rank, input rank, height, width] */
  readonly core: Float32Array;
  /** [out, output rank, 1, 1] */
  readonly output: Float32Array;
}

export function sliceTucker(factors: TuckerFactors, rank: readonly [number, number]): TuckerSlices {
  const { groups, outPerGroup, inPerGroup, kernel } = factors.shape;
  const [fullInput, fullOutput] = factors.fullRank;
  const [input, output] = rank;
  const area = kernel[0] * kernel[1];
  const rows = leadingRows(factors.core, groups, fullOutput, fullInput * area, output);
  return {
    input: leadingRows(factors.input, groups, fullInput, inPerGroup, input),
    core: leadingRows(rows, groups * output, fullInput, area, input),
    output: leadingRows(factors.output, groups * outPerGroup, fullOutput, 1, output),
  };
}
