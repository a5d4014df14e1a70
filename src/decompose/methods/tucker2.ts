/**
 * `tucker2`: a 1x1 layer to p channels (Vᵀ), a k x k layer to q channels (the core) and a 1x1 layer to the output (U): the
 * scheme of Kim et al. 2016, "Compression of deep convolutional neural networks for fast and low power mobile applications".
 * U and V do not depend on the ranks, so ranks nest and a slice of the full factors is the truncated higher-order SVD itself.
 *
 * The core takes strides, padding and dilations: a strided first layer would drop pixels that the core's kernel reads.
 */
import type { TuckerFactors } from '../factors/factors.ts';
import { discardedCore, sliceTucker, tuckerWeight } from '../factors/tucker-slices.ts';
import { tuckerFactors } from '../factors/tucker2.ts';
import { blockShape, type Extent, positionsOf } from '../geometry.ts';
import { chainPass } from '../passes/chain-pass.ts';
import { convLayer } from '../passes/layers.ts';
import type { FactorMethod } from './factor-method.ts';
import { narrowGroups } from './narrow-groups.ts';
import { svdWork } from './svd-work.ts';

const extents = ['point', 'whole', 'point'] as const satisfies readonly Extent[];

export const tucker2: FactorMethod<'tucker2', readonly [input: number, output: number], TuckerFactors> = {
  name: 'tucker2',
  precedence: 2,
  factorCount: 3,
  lowest: [1, 1],
  applies: shape => shape.kernel[0] * shape.kernel[1] > 1 && !narrowGroups(shape),
  fullRank: ({ outPerGroup, inPerGroup, kernel: [height, width] }) => [
    Math.min(inPerGroup, outPerGroup * height * width),
    Math.min(outPerGroup, inPerGroup * height * width),
  ],
  layers: (geometry, [p, q]) => {
    const { groups, outPerGroup, inPerGroup, kernel } = blockShape(geometry);
    const [before = 0, at = 0, behind = 0] = positionsOf(geometry, extents);
    return [
      { weights: groups * p * inPerGroup, positions: before },
      { weights: groups * q * p * kernel[0] * kernel[1], positions: at },
      { weights: groups * outPerGroup * q, positions: behind },
    ];
  },
  factors: tuckerFactors,
  truncation: (factors, rank) => {
    const relative = (squares: number): number => (factors.norm === 0 ? 0 : Math.sqrt(squares) / factors.norm);
    const { squares, bound } = discardedCore(factors, rank);
    return { relative: relative(squares), bound: relative(bound) };
  },
  multiplyOut: tuckerWeight,
  pass: (site, factors, rank) => {
    const { groups, outPerGroup, inPerGroup } = factors.shape;
    const [p, q] = rank;
    return chainPass(site, 'tucker2', ({ attributes }) => {
      const { input, core, output } = sliceTucker(factors, rank);
      return [
        convLayer(attributes, site, extents[0], { outs: groups * p, ins: inPerGroup, data: input }),
        convLayer(attributes, site, extents[1], { outs: groups * q, ins: p, data: core }),
        convLayer(attributes, site, extents[2], { outs: groups * outPerGroup, ins: q, data: output }),
      ];
    });
  },
  work: ({ groups, outPerGroup, inPerGroup, kernel: [height, width] }) =>
    groups * (svdWork(outPerGroup, inPerGroup * height * width) + svdWork(inPerGroup, outPerGroup * height * width)),
};
