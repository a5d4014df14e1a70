/**
 * Which figure of the times of a model its latency is, and how well a sample tells it.
 *
 *   q     share of the calls that take no longer: 1/2 for the median, 0.9 or 0.99 for a tail
 *   n     calls of a sample
 *   t_k   the k-th smallest of them, k = 1..n
 *
 * How many of n calls lie below the quantile is binomial, n q +- sqrt(n q (1 - q)). The times at these two places are one standard
 * error below and above it (David and Nagaraja 2003, section 7.1): no shape of the distribution is assumed.
 */
import { median, quantile } from './robust.ts';

export const latencyStatistics = ['median', 'p90', 'p99'] as const;
export type LatencyStatistic = (typeof latencyStatistics)[number];

const shares: Readonly<Record<LatencyStatistic, number>> = { median: 0.5, p90: 0.9, p99: 0.99 };

/** Calls that lie beyond a tail, over all sessions: fewer tell hardly anything of it. */
const beyond = 20;

/** So many pairs a latency of this kind needs at least: 200 for p90, 2000 for p99; 0 for a median, which few tell well enough. */
export const leastPairsFor = (statistic: LatencyStatistic): number =>
  statistic === 'median' ? 0 : Math.round(beyond / (1 - shares[statistic]));

/** In the unit of the sample. Throws a RangeError for an empty one. */
export const statisticOf = (values: readonly number[], statistic: LatencyStatistic): number =>
  statistic === 'median' ? median(values) : quantile(values, shares[statistic]);

/** Standard error of the logarithm of a tail of `values`, which are positive; 0 for a median, whose sessions tell it. */
export function statisticError(values: readonly number[], statistic: LatencyStatistic): number {
  if (statistic === 'median') return 0;
  const q = shares[statistic];
  const n = values.length;
  const sorted = [...values].sort((a, b) => a - b);
  const deviation = Math.sqrt(n * q * (1 - q));
  const at = (place: number): number => sorted[Math.min(n, Math.max(1, Math.round(place))) - 1] ?? Number.NaN;
  return Math.log(at(n * q + deviation) / at(n * q - deviation)) / 2;
}
