/**
 * `spatial`: the unfolding M[(o, x), (c, y)] = W[o, c, y, x] = U diag(s) Vᵀ, a k x 1 layer to r channels followed by a
 * 1 x k layer (Jaderberg et al. 2014, "Speeding up convolutional neural networks with low rank expansions", scheme 2;
 * its closed-form optimum is in Tai et al. 2016, "Convolutional neural networks with low-rank regularization", theorem 1).
 */
import type { WeightBlock } from '../block.ts';
import type { GroupMetric } from '../metric/metric.ts';
import type { TwoFactors } from './factors.ts';
import { outputsFirst, twoFactors, type Unfolding } from './two-factors.ts';
import { weightedFactors } from './weighted.ts';

/**
 * @param metric of every group, for the least error of the output as if the columns of a patch were independent of each
 *   other (what they share is worth a tenth of that error); null for the least error of the weight
 */
export function spatialFactors(block: WeightBlock, metric: readonly GroupMetric[] | null = null): TwoFactors {
  const width = block.kernel[1];
  const unfold = (weights: Float32Array): Unfolding => spatialUnfolding(block, weights);
  const factors = metric
    ? weightedFactors('spatial', block, unfold, group => {
        const { rows, input } = metric[group]!;
        return { rows, input: input('column'), output: null };
      })
    : twoFactors('spatial', block, unfold);
  return { ...factors, second: outputsFirst(factors.second, width, factors.fullRank) };
}

/** (o, x) x (c, y) from the numbers of one group. */
export function spatialUnfolding(
  { outPerGroup: outs, inPerGroup: ins, kernel }: WeightBlock,
  weights: Float32Array,
): Unfolding {
  const [height, width] = kernel;
  const rows = outs * width;
  const cols = ins * height;
  const data = new Float32Array(rows * cols);
  for (let o = 0; o < outs; o++) {
    for (let cy = 0; cy < cols; cy++) {
      for (let x = 0; x < width; x++) data[(o * width + x) * cols + cy] = weights[(o * cols + cy) * width + x]!;
    }
  }
  return { rows, cols, data };
}
