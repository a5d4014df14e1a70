/**
 * Writes a k x k convolution as k x 1 to r channels and 1 x k on to the output.
 *
 * Height goes first with the vertical stride, padding and dilation, so that the second layer works on rows that are already
 * strided and padded; the horizontal ones go to the second. Zeros that the dense node pads on the left and right are zeros
 * of the first layer's output as well, since it has no bias.
 */
import type { Pass } from '../../onnx/pass.ts';
import type { TwoFactors } from '../factors/factors.ts';
import { sliceTwo } from '../factors/slice.ts';
import type { Site } from '../site.ts';
import { chainPass } from './chain-pass.ts';
import { alongAxis } from './layers.ts';

export function spatialPass(site: Site, factors: TwoFactors, rank: number): Pass {
  const { groups, outPerGroup, inPerGroup, kernel } = factors.shape;
  const [height, width] = kernel;
  return chainPass(site, 'spatial', ({ attributes }) => {
    const { first, second } = sliceTwo(factors, rank);
    return [
      { dims: [groups * rank, inPerGroup, height, 1], data: first, attributes: alongAxis(attributes, site, 0) },
      { dims: [groups * outPerGroup, rank, 1, width], data: second, attributes: alongAxis(attributes, site, 1) },
    ];
  });
}
