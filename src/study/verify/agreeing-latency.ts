/**
 * Does a stored latency agree with one that is measured now, each with what is known of its quality? (docs/decisions/0004)
 *
 * Notation, on the logarithm of the ratio:
 *   l_0, s_0   the stored ratio and its standard error, from its 95 % interval
 *   l_i, s_i   the i-th fresh one of n; m their mean weighted by 1 / s_i²,
 *              s_m = max((sum 1 / s_i²)^(-1/2), sd(l_i) / sqrt(n))
 *   d          a shift below 1 % is called no difference
 *
 * They agree where |l_0 - m| <= z sqrt(s_0² + s_m²) + d, z the 99.5 % quantile of the normal distribution.
 */
import { z95, z99 } from '../../stats/normal.ts';
import type { LatencySummary } from '../../store/observation.ts';
import { rounding } from '../recount/disagreement.ts';

export interface Estimate {
  /** Of the ratio. */
  readonly log: number;
  readonly standardError: number;
}

/** A shift of the ratio below this share is no difference. */
export const indifference = 0.01;

/**
 * By how much the ratio of one candidate differs from session to session: a session lays out its memory anew, and places its
 * threads. Standard deviations, by the time of the dense model; decision 4 says where they are from.
 */
export const sessionSpread = (referenceMs: number): number => (referenceMs > 3 ? 0.01 : 0.03);

/** An interval over sessions holds what they differ by; one from before they were kept is within a single one. */
export function estimateOf(latency: LatencySummary): Estimate {
  const within = halfWidth(latency) / z95;
  const between = latency.conditions !== null || latency.endedBy === 'exact' ? 0 : sessionSpread(latency.referenceMs);
  return { log: Math.log(latency.value), standardError: Math.hypot(within, between) };
}

/** Of the logarithm. */
const halfWidth = ({ interval: [low, high] }: LatencySummary): number => Math.log(high / low) / 2;

/** m and s_m. */
export function pooled(fresh: readonly Estimate[]): Estimate {
  const [first] = fresh;
  if (!first) throw new RangeError('expected at least one estimate');
  const weights = fresh.map(({ standardError }) => 1 / Math.max(standardError, 1e-9) ** 2);
  const total = weights.reduce((sum, each) => sum + each, 0);
  const log = fresh.reduce((sum, each, i) => sum + each.log * (weights[i] ?? 0), 0) / total;
  const squares = fresh.reduce((sum, each) => sum + (each.log - log) ** 2, 0);
  const spread = fresh.length > 1 ? Math.sqrt(squares / (fresh.length - 1) / fresh.length) : 0;
  return { log, standardError: Math.max(1 / Math.sqrt(total), spread) };
}

/**
 * Whether what is stored holds against good measurements of now.
 *
 * A latency that was taken on a busy machine says little, and its interval says so: it holds where either interval holds the other's
 * value. One from before quality was kept was shown with the interval of a good one, and must hold as it was shown.
 */
export function holds(stored: LatencySummary, fresh: readonly LatencySummary[]): boolean {
  const now = pooled(fresh.map(estimateOf));
  const gap = Math.abs(Math.log(stored.value) - now.log);
  if (stored.endedBy === 'exact') return gap <= rounding;
  if (stored.quality === 'good') {
    const then = estimateOf(stored);
    return gap <= z99 * Math.hypot(then.standardError, now.standardError) + Math.log1p(indifference);
  }
  const ofNow = z99 * now.standardError;
  const outside = Math.max(Math.log(stored.interval[0]) - now.log, now.log - Math.log(stored.interval[1]));
  return stored.conditions === null ? outside <= ofNow : gap <= ofNow || outside <= 0;
}
