/**
 * `input`: the unfolding M[(o, y, x), c] = W[o, c, y, x] = U diag(s) Vᵀ, a 1 x 1 layer to r channels followed by a k x k layer
 * (Li et al. 2019, "Learning filter basis for convolutional neural network compression", with the basis along the inputs; the
 * mode-2 unfolding of the Tucker decomposition, of which it is the case with a full output rank).
 */
import type { WeightBlock } from '../block.ts';
import type { GroupMetric } from '../metric/metric.ts';
import type { TwoFactors } from './factors.ts';
import { outputsFirst, twoFactors, type Unfolding } from './two-factors.ts';
import { weightedFactors } from './weighted.ts';

/**
 * @param metric of every group, for the least error of the output as if the positions of a patch were independent of each
 *   other; null for the least error of the weight
 */
export function inputFactors(block: WeightBlock, metric: readonly GroupMetric[] | null = null): TwoFactors {
  const area = block.kernel[0] * block.kernel[1];
  const unfold = (weights: Float32Array): Unfolding => inputUnfolding(block, weights);
  const factors = metric
    ? weightedFactors('input', block, unfold, group => {
        const { rows, input } = metric[group]!;
        return { rows, input: input('channel'), output: null };
      })
    : twoFactors('input', block, unfold);
  return { ...factors, second: outputsFirst(factors.second, area, factors.fullRank) };
}

/** (o, y, x) x c from the numbers of one group. */
export function inputUnfolding(
  { outPerGroup: outs, inPerGroup: ins, kernel }: WeightBlock,
  weights: Float32Array,
): Unfolding {
  const area = kernel[0] * kernel[1];
  const data = new Float32Array(outs * area * ins);
  for (let o = 0; o < outs; o++) {
    for (let c = 0; c < ins; c++) {
      for (let a = 0; a < area; a++) data[(o * area + a) * ins + c] = weights[(o * ins + c) * area + a]!;
    }
  }
  return { rows: outs * area, cols: ins, data };
}
