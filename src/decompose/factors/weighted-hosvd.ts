/**
 * The higher-order SVD in the metric of the output: W = G x_out U x_in V with the U of `svd` (principal components of the scaled output) and the V
 * of `input` (whitened channels). In that metric, which takes the positions of a patch for independent, both modes are orthonormal
 * and the error is the part of the core that is cut away, as it is for the plain one.
 */

import { transpose } from '../../linalg/matrix.ts';
import { multiply } from '../../linalg/multiply.ts';
import type { WeightBlock } from '../block.ts';
import type { GroupMetric } from '../metric/metric.ts';
import { timesRoot } from '../metric/output-root.ts';
import type { Hosvd } from './hosvd.ts';
import { swapped } from './hosvd.ts';
import { tapsOf, unfolded } from './taps.ts';
import { columnNorm, inputComponents, leadingColumns, outputComponents, rowNorm, scaleRows } from './weighted.ts';

/** Rows of `u` and `v` are as long as they must be for U G V to be the weight; their strength lies in the core. */
export function weightedHosvd(block: WeightBlock, weights: Float32Array, metric: GroupMetric): Hosvd {
  const { outPerGroup: outs, inPerGroup: ins, kernel } = block;
  const area = kernel[0] * kernel[1];
  const outputs = Math.min(outs, ins * area);
  const inputs = Math.min(ins, outs * area);
  const { rows } = metric;
  const byInput = unfolded(block, tapsOf(block, ['second', 'second']), weights);
  const moment = metric.input('channel');
  if (!moment) throw new Error('every metric knows the moment of channels');
  const { vectors: allV, root, rootInverse } = inputComponents(timesRoot(rows.root, byInput), moment);
  const v = leadingColumns(allV, inputs);
  const byOutput = multiply(rows.root, { rows: outs, cols: ins * area, data: weights });
  const u = leadingColumns(outputComponents(byOutput, rows, null, metric.output).vectors, outputs);
  // Uᵀ R W, then along the channels with L V.
  const half = multiply(transpose(u), byOutput); // Q x (C, A)
  const perChannel = { rows: ins, cols: outputs * area, data: swapped(half.data, outputs, ins, area) };
  const whole = multiply(transpose(multiply(root, v)), perChannel); // P x (Q, A)
  const core = swapped(whole.data, inputs, outputs, area);
  const energy = new Float64Array(outputs * inputs);
  for (let at = 0; at < energy.length; at++) {
    for (let i = at * area; i < (at + 1) * area; i++) energy[at]! += core[i]! ** 2;
  }
  // The output without R, and channels without L: their lengths go into the core.
  const back = multiply(transpose(v), rootInverse);
  const out = multiply(rows.inverse, u);
  const vLengths = Float64Array.from({ length: inputs }, (_, p) => rowNorm(back, p));
  const uLengths = Float64Array.from({ length: outputs }, (_, q) => columnNorm(out, q));
  const inputSquares = new Float64Array(inputs);
  const outputSquares = new Float64Array(outputs);
  for (let q = 0; q < outputs; q++) {
    for (let p = 0; p < inputs; p++) {
      for (let i = (q * inputs + p) * area; i < (q * inputs + p + 1) * area; i++) {
        core[i]! *= uLengths[q]! * vLengths[p]!;
        inputSquares[p]! += core[i]! ** 2;
        outputSquares[q]! += core[i]! ** 2;
      }
    }
  }
  return {
    u: transpose(scaleColumns(out, uLengths)),
    v: scaleRows(
      back,
      vLengths.map(length => 1 / length),
    ),
    core,
    energy,
    inputSpectrum: inputSquares.map(Math.sqrt),
    outputSpectrum: outputSquares.map(Math.sqrt),
  };
}

function scaleColumns(a: ReturnType<typeof transpose>, lengths: Float64Array): ReturnType<typeof transpose> {
  return transpose(
    scaleRows(
      transpose(a),
      lengths.map(length => 1 / length),
    ),
  );
}
