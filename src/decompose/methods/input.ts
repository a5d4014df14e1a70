/**
 * `input`: the channel decomposition along the input channels, a 1 x 1 layer to r channels followed by a k x k layer. The name
 * is that of the mode which becomes thin: M[(o, y, x), c] = W[o, c, y, x] = U diag(s) Vᵀ is the mode-2 unfolding of the weight,
 * along its input channels, as the one of `svd` is along its output channels. It has nothing to do with the inputs of a graph.
 * (Li et al. 2019, "Learning filter basis for convolutional neural network compression", with the basis along the inputs; the
 * case of a Tucker-2 decomposition with a full output rank.)
 *
 * The second layer takes strides, padding and dilations: a strided first layer would drop pixels that the second one's kernel
 * reads, and without a bias zeros stay zeros.
 */
import { narrowGroups } from './narrow-groups.ts';
import { twoLayers } from './two-layers.ts';

export const input = twoLayers({
  name: 'input',
  precedence: 3,
  along: ['second', 'second'],
  applies: shape => shape.kernel[0] * shape.kernel[1] > 1 && !narrowGroups(shape),
  // As if the positions of a patch were independent of each other.
  weighting: ({ rows, input: moment }) => ({ rows, input: moment('channel'), output: null }),
});
