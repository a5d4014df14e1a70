/**
 * `spatial`: the unfolding M[(o, x), (c, y)] = W[o, c, y, x] = U diag(s) Vᵀ, a k x 1 layer to r channels followed by a
 * 1 x k layer (Jaderberg et al. 2014, "Speeding up convolutional neural networks with low rank expansions", scheme 2;
 * its closed-form optimum is in Tai et al. 2016, "Convolutional neural networks with low-rank regularization", theorem 1).
 *
 * Height goes first with the vertical stride, padding and dilation, so that the second layer works on rows that are already
 * strided and padded; the horizontal ones go to the second. Zeros that the dense node pads on the left and right are zeros
 * of the first layer's output as well, since it has no bias.
 *
 * At equal cost it loses least of a k x k convolution: half the multiply-accumulates of a 3 x 3 layer cost it 0.065 of relative
 * output error with plain factors, and `svd` 0.182.
 */
import { narrowGroups } from './narrow-groups.ts';
import { twoLayers } from './two-layers.ts';

/** From this kernel size on, one column and one row of a depthwise filter save more than a second pass costs. */
const minimumDepthwiseKernel = 5;

export const spatial = twoLayers({
  name: 'spatial',
  precedence: 1,
  along: ['first', 'second'],
  applies: shape => {
    const smaller = Math.min(...shape.kernel);
    return smaller > 1 && (!narrowGroups(shape) || smaller >= minimumDepthwiseKernel);
  },
  // As if the columns of a patch were independent of each other: what they share is worth a tenth of the error.
  weighting: ({ rows, input }) => ({ rows, input: input('column'), output: null }),
});
