/**
 * Writes a site as two layers: to r channels and on to the output.
 *
 * A convolution becomes its own kernel with its strides, padding and dilations to r channels, then 1 x 1. For a 1 x 1 kernel
 * too the first layer takes the strides, so that nothing is computed that the second would skip.
 */
import type { Pass } from '../../onnx/pass.ts';
import type { TwoFactors } from '../factors/factors.ts';
import { sliceTwo } from '../factors/slice.ts';
import type { Site } from '../site.ts';
import { chainPass } from './chain-pass.ts';
import { gemmPair, likeDense, pointwise } from './layers.ts';

export function svdPass(site: Site, factors: TwoFactors, rank: number): Pass {
  const { groups, outPerGroup, inPerGroup, kernel } = factors.shape;
  const outs = groups * outPerGroup;
  return chainPass(site, 'svd', node => {
    const { first, second } = sliceTwo(factors, rank);
    if (node.opType !== 'Conv') {
      const [before, after] = node.opType === 'Gemm' ? gemmPair(node.attributes) : [node.attributes, node.attributes];
      return [
        { dims: [rank, inPerGroup], data: first, attributes: before },
        { dims: [outs, rank], data: second, attributes: after },
      ];
    }
    return [
      { dims: [groups * rank, inPerGroup, ...kernel], data: first, attributes: likeDense(node.attributes, site) },
      { dims: [outs, rank, 1, 1], data: second, attributes: pointwise(site) },
    ];
  });
}
