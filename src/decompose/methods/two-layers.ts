/** What all methods with two layers share: they differ in which layer works along which axis of the kernel. */
import type { Node } from '../../onnx/graph.ts';
import { type DenseNode, isMatrix } from '../dense-node.ts';
import type { TwoFactors } from '../factors/factors.ts';
import { type Along, type Taps, tapsOf, unfolded } from '../factors/taps.ts';
import { outputsFirst, twoFactors, type Unfolding } from '../factors/two-factors.ts';
import { discardedSquares, sliceTwo, twoWeight } from '../factors/two-slices.ts';
import { type Weighting, weightedFactors } from '../factors/weighted.ts';
import { type BlockShape, blockShape, type Extent, positionsOf } from '../geometry.ts';
import type { GroupMetric } from '../metric/metric.ts';
import { chainPass } from '../passes/chain-pass.ts';
import { convLayer, type Layer, matrixLayers } from '../passes/layers.ts';
import type { FactorMethod } from './factor-method.ts';
import { svdWork } from './svd-work.ts';

/** What tells one of these methods from another. */
export interface TwoLayers<Name extends string> {
  readonly name: Name;
  readonly precedence: number;
  /** Which layer works along the height of the kernel, and which along its width. */
  readonly along: readonly [height: Along, width: Along];
  readonly applies: (shape: BlockShape) => boolean;
  /** What the unfolding is weighted by where the output counts; `unfolding` is of the shape that `tapsOf` and `unfolded` give. */
  readonly weighting: (metric: GroupMetric, unfolding: { readonly rows: number; readonly cols: number }) => Weighting;
}

/** The unfolding of the axes that the second layer works along against those of the first; one thin SVD per group. */
export function twoLayers<const Name extends string>({
  name,
  precedence,
  along,
  applies,
  weighting,
}: TwoLayers<Name>): FactorMethod<Name, number, TwoFactors<Name>> {
  const sides = (shape: BlockShape): { readonly rows: number; readonly cols: number } => {
    const { inner, outer } = tapsOf(shape, along);
    return { rows: shape.outPerGroup * outer, cols: shape.inPerGroup * inner };
  };
  return {
    name,
    precedence,
    applies,
    factorCount: 2,
    lowest: 1,
    fullRank: shape => {
      const { rows, cols } = sides(shape);
      return Math.min(rows, cols);
    },
    layers: (geometry, rank) => {
      const { groups, outPerGroup, inPerGroup } = blockShape(geometry);
      const { inner, outer } = tapsOf(geometry, along);
      const [before = 0, behind = 0] = positionsOf(geometry, [extentOf(along, 'first'), extentOf(along, 'second')]);
      return [
        { weights: groups * rank * inPerGroup * inner, positions: before },
        { weights: groups * outPerGroup * rank * outer, positions: behind },
      ];
    },
    factors: (block, metric) => {
      const taps = tapsOf(block, along);
      const unfold = (weights: Float32Array): Unfolding => unfolded(block, taps, weights);
      const factors = metric
        ? weightedFactors(name, block, unfold, group => weighting(metric[group]!, sides(block)))
        : twoFactors(name, block, unfold);
      if (taps.outer === 1) return factors;
      return { ...factors, second: outputsFirst(factors.second, taps.outer, factors.fullRank) };
    },
    truncation: (factors, rank) => {
      const relative = factors.norm === 0 ? 0 : Math.sqrt(discardedSquares(factors, rank)) / factors.norm;
      return { relative, bound: relative };
    },
    multiplyOut: (factors, rank) => twoWeight(factors, tapsOf(factors.shape, along), rank),
    pass: (site, factors, rank) =>
      chainPass(site, name, node => chain(site, node, factors, tapsOf(factors.shape, along), along, rank)),
    work: shape => {
      const { rows, cols } = sides(shape);
      return shape.groups * svdWork(rows, cols);
    },
  };
}

function chain(
  site: DenseNode,
  { attributes }: Node,
  factors: TwoFactors,
  taps: Taps,
  along: readonly [Along, Along],
  rank: number,
): Layer[] {
  const { groups, outPerGroup, inPerGroup } = factors.shape;
  const { first, second } = sliceTwo(factors, taps, rank);
  if (isMatrix(site)) return matrixLayers(attributes, site, rank, first, second);
  return [
    convLayer(attributes, site, extentOf(along, 'first'), { outs: groups * rank, ins: inPerGroup, data: first }),
    convLayer(attributes, site, extentOf(along, 'second'), { outs: groups * outPerGroup, ins: rank, data: second }),
  ];
}

/** Stride, dilation and padding of an axis go to the layer that has the kernel there. */
function extentOf([height, width]: readonly [Along, Along], layer: Along): Extent {
  if (height === layer) return width === layer ? 'whole' : 'height';
  return width === layer ? 'width' : 'point';
}
