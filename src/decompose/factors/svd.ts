/**
 * `svd`: the output unfolding W[o, (c, y, x)] = U diag(s) Vᵀ, a k x k layer to r channels followed by a 1x1 layer
 * (Denton et al. 2014, "Exploiting linear structure within convolutional networks"; Zhang et al. 2015, "Accelerating
 * very deep convolutional networks", section 3.1). For a matrix it is the plain SVD.
 */
import type { WeightBlock } from '../block.ts';
import type { GroupMetric } from '../metric/metric.ts';
import type { TwoFactors } from './factors.ts';
import { twoFactors, type Unfolding } from './two-factors.ts';
import { weightedFactors } from './weighted.ts';

/** @param metric of every group, for the least error of the output; null for the least error of the weight */
export function svdFactors(block: WeightBlock, metric: readonly GroupMetric[] | null = null): TwoFactors {
  const rows = block.outPerGroup;
  const cols = block.inPerGroup * block.kernel[0] * block.kernel[1];
  const unfold = (data: Float32Array): Unfolding => ({ rows, cols, data });
  if (!metric) return twoFactors('svd', block, unfold);
  return weightedFactors('svd', block, unfold, group => {
    const { rows: root, input, output } = metric[group]!;
    const moment = rows > cols ? input('patch') : null;
    return { rows: root, input: moment, output: moment ? null : output };
  });
}
