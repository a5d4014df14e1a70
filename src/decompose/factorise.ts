/** Full-rank factors of one weight: computed once per weight and method, then sliced for every rank. */
import type { WeightBlock } from './block.ts';
import { type FullFactors, type MethodName, methodOf } from './methods/methods.ts';
import { outputMetric } from './metric/metric.ts';
import type { SiteStatistics } from './statistics.ts';

export type { FullFactors } from './methods/methods.ts';

/** Part of the key of every stored factor: to be raised whenever the same weight would yield other numbers. */
export const factorAlgorithmVersion = 3;

/** What data-aware factors are made from. */
export interface SampledStatistics {
  readonly statistics: SiteStatistics;
  /** Images that the statistics were taken from. */
  readonly images: number;
}

/**
 * Pure, and plain data in and out: it may run in a thread. Weights must be finite.
 *
 * @param seen for factors that keep the output; null, or statistics without moments, for factors that keep the weight
 */
export const factorise = (block: WeightBlock, method: MethodName, seen: SampledStatistics | null = null): FullFactors =>
  methodOf(method).factors(block, seen && outputMetric(block, seen.statistics, seen.images));
