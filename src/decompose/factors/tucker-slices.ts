/** What Tucker factors hold at lower ranks: their slices, the error that a slice makes, and the weight that it stands for. */
import type { Matrix } from '../../linalg/matrix.ts';
import { multiply } from '../../linalg/multiply.ts';
import type { TuckerFactors } from './factors.ts';
import { leadingRows } from './slice.ts';

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

/**
 * The factors are orthonormal, so that the squared error is the part of the core that is cut away; it is at most the sum of the
 * discarded squares of both modes (De Lathauwer, De Moor and Vandewalle 2000, property 10).
 */
export function discardedCore(
  factors: TuckerFactors,
  [input, output]: readonly [number, number],
): { readonly squares: number; readonly bound: number } {
  const [inputs, outputs] = factors.fullRank;
  return {
    squares: cutAway(factors, input, output),
    bound: rectangle(factors, input, inputs, 0, outputs) + rectangle(factors, 0, inputs, output, outputs),
  };
}

/** The squared norm of the core outside its leading output x input corner. */
function cutAway(factors: TuckerFactors, input: number, output: number): number {
  const [inputs, outputs] = factors.fullRank;
  return rectangle(factors, 0, inputs, output, outputs) + rectangle(factors, input, inputs, 0, output);
}

/** The squared norm of the core from input component `p0` to before `p1`, and from output component `q0` to before `q1`. */
function rectangle({ energy, fullRank }: TuckerFactors, p0: number, p1: number, q0: number, q1: number): number {
  let sum = 0;
  for (let q = q1 - 1; q >= q0; q--) for (let p = p1 - 1; p >= p0; p--) sum += energy[q * fullRank[0] + p]!;
  return sum;
}

/** [out, inPerGroup, height, width] in float64. */
export function tuckerWeight(factors: TuckerFactors, rank: readonly [number, number]): Float64Array {
  const { groups, outPerGroup: outs, inPerGroup: ins, kernel } = factors.shape;
  const area = kernel[0] * kernel[1];
  const [inputs, outputs] = rank;
  const { input, core, output } = sliceTucker(factors, rank);
  const result = new Float64Array(groups * outs * ins * area);
  for (let group = 0; group < groups; group++) {
    const coreRows = Float64Array.from(
      core.subarray(group * outputs * inputs * area, (group + 1) * outputs * inputs * area),
    );
    const outRows = Float64Array.from(output.subarray(group * outs * outputs, (group + 1) * outs * outputs));
    const half = multiply(matrix(outs, outputs, outRows), matrix(outputs, inputs * area, coreRows)).data; // O x (p, a)
    const turned = new Float64Array(outs * area * inputs); // (O, a) x p
    for (let o = 0; o < outs; o++) {
      for (let p = 0; p < inputs; p++) {
        for (let a = 0; a < area; a++) turned[(o * area + a) * inputs + p] = half[(o * inputs + p) * area + a]!;
      }
    }
    const columns = Float64Array.from(input.subarray(group * inputs * ins, (group + 1) * inputs * ins));
    const product = multiply(matrix(outs * area, inputs, turned), matrix(inputs, ins, columns)).data; // (O, a) x C
    for (let o = 0; o < outs; o++) {
      for (let a = 0; a < area; a++) {
        for (let c = 0; c < ins; c++) {
          result[((group * outs + o) * ins + c) * area + a] = product[(o * area + a) * ins + c]!;
        }
      }
    }
  }
  return result;
}

const matrix = (rows: number, cols: number, data: Float64Array): Matrix => ({ rows, cols, data });
