/**
 * Writes a k x k convolution as 1 x 1 to r channels and k x k on to the output. The second layer takes strides, padding and
 * dilations: a strided first layer would drop pixels that the second one's kernel reads, and without a bias zeros stay zeros.
 */
import type { Pass } from '../../onnx/pass.ts';
import type { TwoFactors } from '../factors/factors.ts';
import { sliceTwo } from '../factors/slice.ts';
import type { Site } from '../site.ts';
import { chainPass } from './chain-pass.ts';
import { likeDense, pointwise } from './layers.ts';

export function inputPass(site: Site, factors: TwoFactors, rank: number): Pass {
  const { groups, outPerGroup, inPerGroup, kernel } = factors.shape;
  return chainPass(site, 'input', ({ attributes }) => {
    const { first, second } = sliceTwo(factors, rank);
    return [
      { dims: [groups * rank, inPerGroup, 1, 1], data: first, attributes: pointwise(site) },
      { dims: [groups * outPerGroup, rank, ...kernel], data: second, attributes: likeDense(attributes, site) },
    ];
  });
}
