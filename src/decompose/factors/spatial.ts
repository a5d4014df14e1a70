/**
 * `spatial`: the unfolding M[(o, x), (c, y)] = W[o, c, y, x] = U diag(s) Vᵀ, a k x 1 layer to r channels followed by a
 * 1 x k layer (Jaderberg et al. 2014, "Speeding up convolutional neural networks with low rank expansions", scheme 2;
 * its closed-form optimum is in Tai et al. 2016, "Convolutional neural networks with low-rank regularization", theorem 1).
 */
import type { WeightBlock } from '../block.ts';
import type { TwoFactors } from './factors.ts';
import { outputsFirst, twoFactors } from './two-factors.ts';

export function spatialFactors(block: WeightBlock): TwoFactors {
  const { outPerGroup: outs, inPerGroup: ins, kernel } = block;
  const [height, width] = kernel;
  const rows = outs * width;
  const cols = ins * height;
  const factors = twoFactors('spatial', block, weights => {
    const data = new Float32Array(rows * cols);
    for (let o = 0; o < outs; o++) {
      for (let cy = 0; cy < cols; cy++) {
        for (let x = 0; x < width; x++) data[(o * width + x) * cols + cy] = weights[(o * cols + cy) * width + x]!;
      }
    }
    return { rows, cols, data };
  });
  return { ...factors, second: outputsFirst(factors.second, width, factors.fullRank) };
}
