/** What two factors hold at a lower rank: their slices, the error that a slice makes, and the weight that it stands for. */
import type { Matrix } from '../../linalg/matrix.ts';
import { multiply } from '../../linalg/multiply.ts';
import type { TwoFactors } from './factors.ts';
import { leadingRows } from './slice.ts';
import { meetingTaps, type Taps } from './taps.ts';

export interface TwoSlices {
  /** [groups * rank, inPerGroup, ...firstKernel] */
  readonly first: Float32Array;
  /** [out, rank, ...secondKernel] */
  readonly second: Float32Array;
}

export function sliceTwo(
  { shape, fullRank, first, second }: TwoFactors,
  { inner, outer }: Taps,
  rank: number,
): TwoSlices {
  const { groups, outPerGroup, inPerGroup } = shape;
  return {
    first: leadingRows(first, groups, fullRank, inPerGroup * inner, rank),
    second: leadingRows(second, groups * outPerGroup, fullRank, outer, rank),
  };
}

/** |W - W'|^2 = sum over i >= r of s_i^2 (Eckart and Young 1936), over all groups, smallest first. */
export function discardedSquares({ spectra }: TwoFactors, rank: number): number {
  let sum = 0;
  for (const s of spectra) for (let i = s.length - 1; i >= rank; i--) sum += s[i]! ** 2;
  return sum;
}

/** [out, inPerGroup, height, width] in float64. */
export function twoWeight(factors: TwoFactors, taps: Taps, rank: number): Float64Array {
  const { groups, outPerGroup: outs, inPerGroup: ins } = factors.shape;
  const { first, second } = sliceTwo(factors, taps, rank);
  const { inner, outer } = taps;
  const meeting = meetingTaps(taps);
  const area = inner * outer;
  const result = new Float64Array(groups * outs * ins * area);
  for (let group = 0; group < groups; group++) {
    // Rows (o, a) of the second layer against columns (c, b) of the first.
    const rows = new Float64Array(outs * outer * rank);
    for (let o = 0; o < outs; o++) {
      for (let r = 0; r < rank; r++) {
        for (let a = 0; a < outer; a++) {
          rows[(o * outer + a) * rank + r] = second[((group * outs + o) * rank + r) * outer + a]!;
        }
      }
    }
    const columns = Float64Array.from(first.subarray(group * rank * ins * inner, (group + 1) * rank * ins * inner));
    const product = multiply(matrix(outs * outer, rank, rows), matrix(rank, ins * inner, columns)).data;
    for (let o = 0; o < outs; o++) {
      for (let a = 0; a < outer; a++) {
        for (let c = 0; c < ins; c++) {
          const from = (o * outer + a) * ins * inner + c * inner;
          const to = ((group * outs + o) * ins + c) * area;
          for (let b = 0; b < inner; b++) result[to + meeting[b * outer + a]!] = product[from + b]!;
        }
      }
    }
  }
  return result;
}

const matrix = (rows: number, cols: number, data: Float64Array): Matrix => ({ rows, cols, data });
