/** Full-rank factors of one weight: computed once per weight and method, then sliced for every rank. */
import type { WeightBlock } from './block.ts';
import type { FullFactors } from './factors/factors.ts';
import { inputFactors } from './factors/input.ts';
import { spatialFactors } from './factors/spatial.ts';
import { svdFactors } from './factors/svd.ts';
import { tuckerFactors } from './factors/tucker2.ts';
import type { FactorMethod } from './method.ts';
import { outputMetric } from './metric/metric.ts';
import type { SiteStatistics } from './statistics.ts';

export type { FullFactors, TuckerFactors, TwoFactors } from './factors/factors.ts';

/** Part of the key of every stored factor: to be raised whenever the same weight would yield other numbers. */
export const factorAlgorithmVersion = 3;

/** What data-aware factors are made from. */
export interface Seen {
  readonly statistics: SiteStatistics;
  /** Images that the statistics were taken from. */
  readonly images: number;
}

/**
 * Pure, and plain data in and out: it may run in a thread. Weights must be finite.
 *
 * @param seen for factors that keep the output; null, or statistics without moments, for factors that keep the weight
 */
export function factorise(block: WeightBlock, method: FactorMethod, seen: Seen | null = null): FullFactors {
  const metric = seen && outputMetric(block, seen.statistics, seen.images);
  switch (method) {
    case 'svd':
      return svdFactors(block, metric);
    case 'spatial':
      return spatialFactors(block, metric);
    case 'input':
      return inputFactors(block, metric);
    case 'tucker2':
      return tuckerFactors(block, metric);
    default:
      return method satisfies never;
  }
}
