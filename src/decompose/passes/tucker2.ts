/**
 * Writes a k x k convolution as 1 x 1 to p channels, k x k to q channels and 1 x 1 on to the output. The core takes strides,
 * padding and dilations: a strided first layer would drop pixels that the core's kernel reads.
 */
import type { Pass } from '../../onnx/pass.ts';
import type { TuckerFactors } from '../factors/factors.ts';
import { sliceTucker } from '../factors/slice.ts';
import type { Site } from '../site.ts';
import { chainPass } from './chain-pass.ts';
import { likeDense, pointwise } from './layers.ts';

export function tucker2Pass(site: Site, factors: TuckerFactors, rank: readonly [number, number]): Pass {
  const { groups, outPerGroup, inPerGroup, kernel } = factors.shape;
  const [p, q] = rank;
  return chainPass(site, 'tucker2', ({ attributes }) => {
    const { input, core, output } = sliceTucker(factors, rank);
    return [
      { dims: [groups * p, inPerGroup, 1, 1], data: input, attributes: pointwise(site) },
      { dims: [groups * q, p, ...kernel], data: core, attributes: likeDense(attributes, site) },
      { dims: [groups * outPerGroup, q, 1, 1], data: output, attributes: pointwise(site) },
    ];
  });
}
