/** From the samples of several sessions to a ratio and its interval: the same samples give the same figures again. */
import { seededRng } from '../random/rng.ts';
import { type LatencyStatistic, statisticError, statisticOf } from '../stats/latency-statistic.ts';
import { levelled } from '../stats/levelled.ts';
import { z95 } from '../stats/normal.ts';
import { withoutOrder } from '../stats/order-effect.ts';
import type { Quality } from '../stats/quality.ts';
import { ratioInterval } from '../stats/ratio-of-medians.ts';
import { type SessionInterval, sessionInterval } from '../stats/session-interval.ts';
import type { Pairs } from './sampling.ts';

/**
 * A disturbed interval is this much wider at either end. Beside other processes the ratios of three networks were off by factors
 * of up to 1.9, in either direction (`npm run bench -- latency-under-load`).
 */
export const knownBias = 2;

/**
 * Standard deviation of what moves a ratio from one measurement to the next while the machine is quiet: the host's caches and clock.
 * Twenty quiet measurements each of ResNet-18, MobileNet and ResNet-56 lay 0.7, 0.2 and 0.4 % apart (the same benchmark).
 */
const knownDrift = 0.005;

export interface LatencyFigures extends SessionInterval {
  /** Medians (or the tail that is asked for) of the raw samples of all sessions. */
  readonly candidateMs: number;
  readonly referenceMs: number;
}

/**
 * @param sessionPairs how many pairs each session gave, in the order of the samples; throws a RangeError unless they add up
 * @param candidateFirst one per session where the models were timed in blocks, one after the other: then drift is taken out
 * @param statistic what the ratio is of, within each session; how badly few calls tell a tail counts in the interval
 */
export function latencyFigures(
  { candidateSamplesMs, referenceSamplesMs }: Pairs,
  sessionPairs: readonly number[],
  quality: Quality,
  candidateFirst?: readonly boolean[],
  statistic: LatencyStatistic = 'median',
): LatencyFigures {
  const total = sessionPairs.reduce((sum, pairs) => sum + pairs, 0);
  if (total !== candidateSamplesMs.length || total !== referenceSamplesMs.length)
    throw new RangeError(`sessions of ${sessionPairs.join(', ')} pairs do not add up to ${candidateSamplesMs.length}`);
  let from = 0;
  const sessions = sessionPairs.map(pairs => {
    const range = [from, from + pairs] as const;
    from += pairs;
    return levelled(candidateSamplesMs.slice(...range), referenceSamplesMs.slice(...range));
  });
  const ratios = sessions.map(({ x, y }) => statisticOf(x, statistic) / statisticOf(y, statistic));
  const [only] = sessions;
  const within = sessions.length === 1 && only && statistic === 'median' ? withinError(only.x, only.y) : 0;
  const sampled = Math.hypot(...sessions.map(({ x, y }) => tailError(x, y, statistic))) / Math.sqrt(sessions.length);
  const candidateMs = statisticOf(candidateSamplesMs, statistic);
  const referenceMs = statisticOf(referenceSamplesMs, statistic);
  const free = candidateFirst ? withoutOrder(ratios, candidateFirst) : { ratios, estimated: 0, inflation: 1 };
  const { ratio, interval, sampling } = sessionInterval(free.ratios, knownDrift, within, free, sampled);
  const factor = quality === 'disturbed' ? knownBias : 1;
  return {
    ratio,
    interval: [interval[0] / factor, interval[1] * factor],
    sampling,
    candidateMs,
    referenceMs,
  };
}

/** The same of a ratio of tails: the calls that make a tail slow are other ones in each model. */
const tailError = (x: readonly number[], y: readonly number[], statistic: LatencyStatistic): number =>
  Math.hypot(statisticError(x, statistic), statisticError(y, statistic));

/** Standard error of the logarithm of a ratio, from the pairs of one session. */
function withinError(x: readonly number[], y: readonly number[]): number {
  const [low, high] = ratioInterval(x, y, { rng: seededRng(bootstrapSeed), resamples: 500 });
  return Math.log(high / low) / (2 * z95);
}

/** Fixed, so that the figures follow from the samples alone. */
const bootstrapSeed = 0x5eed;
