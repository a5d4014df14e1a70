/**
 * `svd`: the output unfolding W[o, (c, y, x)] = U diag(s) Vᵀ, a k x k layer to r channels followed by a 1x1 layer
 * (Denton et al. 2014, "Exploiting linear structure within convolutional networks"; Zhang et al. 2015, "Accelerating
 * very deep convolutional networks", section 3.1). For a matrix it is the plain SVD.
 *
 * For a 1 x 1 kernel too the first layer takes the strides, so that nothing is computed that the second would skip.
 */
import { narrowGroups } from './narrow-groups.ts';
import { twoLayers } from './two-layers.ts';

export const svd = twoLayers({
  name: 'svd',
  precedence: 4,
  along: ['first', 'first'],
  applies: shape => !narrowGroups(shape),
  weighting: ({ rows, input, output }, unfolding) => {
    const moment = unfolding.rows > unfolding.cols ? input('patch') : null;
    return { rows, input: moment, output: moment ? null : output };
  },
});
