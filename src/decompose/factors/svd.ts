/**
 * `svd`: the output unfolding W[o, (c, y, x)] = U diag(s) Vᵀ, a k x k layer to r channels followed by a 1x1 layer
 * (Denton et al. 2014, "Exploiting linear structure within convolutional networks"; Zhang et al. 2015, "Accelerating
 * very deep convolutional networks", section 3.1). For a matrix it is the plain SVD.
 */
import type { WeightBlock } from '../block.ts';
import type { TwoFactors } from './factors.ts';
import { twoFactors } from './two-factors.ts';

export function svdFactors(block: WeightBlock): TwoFactors {
  const rows = block.outPerGroup;
  const cols = block.inPerGroup * block.kernel[0] * block.kernel[1];
  return twoFactors('svd', block, data => ({ rows, cols, data }));
}
