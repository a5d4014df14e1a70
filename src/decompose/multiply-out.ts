/** The weight that sliced factors stand for. */
import type { Matrix } from '../linalg/matrix.ts';
import { multiply } from '../linalg/multiply.ts';
import type { FullFactors, TuckerFactors, TwoFactors } from './factors/factors.ts';
import { sliceTucker, sliceTwo } from './factors/slice.ts';
import type { Rung } from './method.ts';

/** [out, inPerGroup, height, width] in float64; `rung` is of the method of the factors. */
export function multipliedOut(factors: FullFactors, rung: Exclude<Rung, { method: 'dense' }>): Float64Array {
  return factors.method === 'tucker2'
    ? tuckerWeight(factors, rung.rank as readonly [number, number])
    : twoWeight(factors, rung.rank as number);
}

/** Of W[o, (c, y, x)] the taps (y, x) that the second layer holds, and those that the first one does. */
function twoWeight(factors: TwoFactors, rank: number): Float64Array {
  const { groups, outPerGroup: outs, inPerGroup: ins, kernel } = factors.shape;
  const [height, width] = kernel;
  const { first, second } = sliceTwo(factors, rank);
  const outer = { svd: 1, spatial: width, input: height * width }[factors.method];
  const inner = (height * width) / outer;
  const result = new Float64Array(groups * outs * ins * height * width);
  for (let group = 0; group < groups; group++) {
    // Rows (o, a) of the second layer against columns (c, b) of the first; tap b * outer + a of the kernel.
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
        const from = (o * outer + a) * ins * inner;
        for (let i = 0; i < ins * inner; i++) {
          result[((group * outs + o) * ins * inner + i) * outer + a] = product[from + i]!;
        }
      }
    }
  }
  return result;
}

function tuckerWeight(factors: TuckerFactors, rank: readonly [number, number]): Float64Array {
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
