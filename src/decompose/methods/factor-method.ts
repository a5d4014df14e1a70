/**
 * A method: one way to write a site as a chain of thinner layers. Everything that depends on the method is in its record; all
 * others find it in the table of `methods.ts`.
 */
import type { Pass } from '../../onnx/pass.ts';
import type { WeightBlock } from '../block.ts';
import type { DenseNode } from '../dense-node.ts';
import type { Factors } from '../factors/factors.ts';
import type { BlockShape, SiteGeometry } from '../geometry.ts';
import type { GroupMetric } from '../metric/metric.ts';

/** One number, or [input rank, output rank]. In a grouped convolution a rank is counted per group. */
export type Rank = number | readonly [number, number];

/** One layer of a chain: `weights` numbers, each of them used once at each of `positions` output positions. */
export interface LayerCost {
  readonly weights: number;
  readonly positions: number;
}

export interface TruncationError {
  /** |W - W'| / |W| in the Frobenius norm, or in that of the output; 0 for a weight that is all zeros. */
  readonly relative: number;
  /** What the discarded singular values allow at most; equal to `relative` where the method has one rank. */
  readonly bound: number;
}

/** Ranks go from `lowest` to `fullRank`, whole numbers. Components are sorted, so that a slice of the factors is a truncation. */
export interface FactorMethod<Name extends string = string, R extends Rank = Rank, F extends Factors = Factors> {
  /** As search spaces, stores and the names of layers spell it: lower-case letters and digits. */
  readonly name: Name;
  /** Layers in the chain. */
  readonly factorCount: number;
  /** Of the methods that pay at a site, a search space that names none gets the one with the smallest number. No two are alike. */
  readonly precedence: number;
  readonly lowest: R;
  /** Whether it makes sense for weights of this extent. That the lowest rank is cheaper than dense is seen to elsewhere. */
  applies(shape: BlockShape): boolean;
  /** The rank at which the factors hold every weight exactly. */
  fullRank(shape: BlockShape): R;
  /** What the chain costs, layer by layer, without the bias. */
  layers(geometry: SiteGeometry, rank: R): readonly LayerCost[];
  /**
   * Pure, for a weight that is finite.
   *
   * @param metric of every group, for the least error of the output; null for the least error of the weight
   */
  factors(block: WeightBlock, metric: readonly GroupMetric[] | null): F;
  /** What a slice leaves out, in closed form. */
  truncation(factors: F, rank: R): TruncationError;
  /** The weight that a slice stands for, [out, inPerGroup, height, width] in float64. */
  multiplyOut(factors: F, rank: R): Float64Array;
  /** Puts the chain in the place of the dense node. */
  pass(site: DenseNode, factors: F, rank: R): Pass;
  /** Multiply-accumulates that `factors` takes, roughly, so that the longest job starts first. */
  work(shape: BlockShape): number;
}
