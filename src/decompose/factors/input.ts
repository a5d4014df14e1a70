/**
 * `input`: the unfolding M[(o, y, x), c] = W[o, c, y, x] = U diag(s) V', a 1 x 1 layer to r channels followed by a k x k layer
 * (Li et al. 2019, "Learning filter basis for convolutional neural network compression", with the basis along the inputs; the
 * mode-2 unfolding of the Tucker decomposition, of which it is the case with a full output rank).
 */
import type { WeightBlock } from '../block.ts';
import type { TwoFactors } from './factors.ts';
import { outputsFirst, twoFactors } from './two-factors.ts';

export function inputFactors(block: WeightBlock): TwoFactors {
  const { outPerGroup: outs, inPerGroup: ins, kernel } = block;
  const area = kernel[0] * kernel[1];
  const rows = outs * area;
  const factors = twoFactors('input', block, weights => {
    const data = new Float32Array(rows * ins);
    for (let o = 0; o < outs; o++) {
      for (let c = 0; c < ins; c++) {
        for (let a = 0; a < area; a++) data[(o * area + a) * ins + c] = weights[(o * ins + c) * area + a]!;
      }
    }
    return { rows, cols: ins, data };
  });
  return { ...factors, second: outputsFirst(factors.second, area, factors.fullRank) };
}
