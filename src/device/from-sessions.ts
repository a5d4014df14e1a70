/** For devices that others write: from the samples of several sessions to a latency that the store can recount. */
import type { LatencyStatistic } from '../stats/latency-statistic.ts';
import { latencyRule, statisticRecord } from './conditions.ts';
import type { PairedLatency } from './device.ts';
import type { Pairs } from './sampling.ts';
import { latencyFigures } from './summary.ts';

/** What no sample tells: how the measurement ended, and the circumstances that only whoever measures knows. */
export type Circumstances = Omit<
  PairedLatency,
  | 'ratio'
  | 'interval'
  | 'candidateMs'
  | 'referenceMs'
  | 'candidateSamplesMs'
  | 'referenceSamplesMs'
  | 'quality'
  | 'conditions'
> & {
  /** What was seen in the way, such as load of other processes; empty when the device was quiet. */
  readonly causes: PairedLatency['conditions']['causes'];
};

/**
 * Ratio and interval are computed as for every other device (`summary.ts`), so that `verify` comes to the same.
 *
 * @param sessions each with the models loaded afresh, so that the interval holds what differs between loads; five say enough
 * @param statistic that of the budget; the median by default
 * @throws RangeError without any pair, or when a session has more samples of one model than of the other
 */
export function latencyFromSessions(
  sessions: readonly Pairs[],
  { causes, ...circumstances }: Circumstances,
  statistic?: LatencyStatistic,
): PairedLatency {
  const candidateSamplesMs = sessions.flatMap(session => session.candidateSamplesMs);
  const referenceSamplesMs = sessions.flatMap(session => session.referenceSamplesMs);
  const sessionPairs = sessions.map(session => session.candidateSamplesMs.length);
  const uneven = sessions.find(each => each.candidateSamplesMs.length !== each.referenceSamplesMs.length);
  if (sessionPairs.length === 0 || sessionPairs.includes(0) || uneven)
    throw new RangeError('a latency needs sessions of at least one pair, with as many samples of both models');
  const quality = causes.length === 0 ? 'good' : 'disturbed';
  const samples = { candidateSamplesMs, referenceSamplesMs };
  const { sampling: _sampling, ...figures } = latencyFigures(samples, sessionPairs, quality, undefined, statistic);
  const conditions = {
    rule: latencyRule,
    sessionPairs,
    pairsLeftOut: 0,
    waitedMs: 0,
    slowdown: null,
    causes,
    ...statisticRecord(statistic, referenceSamplesMs),
  };
  return { ...circumstances, ...figures, ...samples, quality, conditions };
}
