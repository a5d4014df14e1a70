/** The figures of a latency as they follow from its samples, by the rule of the version that took it. */
import { latencyRule } from '../../device/conditions.ts';
import { latencyFigures as overSessions } from '../../device/summary.ts';
import { seededRng } from '../../random/rng.ts';
import { levelled } from '../../stats/levelled.ts';
import { ratioInterval, ratioOfMedians } from '../../stats/ratio-of-medians.ts';
import type { LatencySamples, LatencySummary } from '../../store/observation.ts';

export interface RecountedRatio {
  readonly ratio: number;
  /** Null where it is not recounted. */
  readonly interval: readonly [number, number] | null;
}

export type TakenLatency = Pick<LatencySummary, 'value' | 'conditions' | 'endedBy' | 'quality'> & LatencySamples;

/**
 * @param seed of the measurement, from which the bootstrap of earlier versions follows
 * @param bounds whether an interval is wanted that takes such a bootstrap, some 20 ms for 500 pairs
 */
export function recountedRatio(latency: TakenLatency, seed: number, bounds: boolean): RecountedRatio {
  const { candidateSamplesMs, referenceSamplesMs, conditions, endedBy, quality } = latency;
  if (endedBy === 'exact') {
    const ratio = ratioOfMedians(candidateSamplesMs, referenceSamplesMs);
    return { ratio, interval: [ratio, ratio] };
  }
  if (conditions === null) return withinOneSession(latency, seed, bounds);
  if (conditions.rule !== latencyRule) return { ratio: latency.value, interval: null };
  const { sessionPairs, candidateFirst, statistic } = conditions;
  const { ratio, interval } = overSessions(latency, sessionPairs, quality, candidateFirst, statistic);
  return { ratio, interval };
}

/** Of the bootstrap before sessions were kept. It stays as it was: stored intervals are proved by it. */
const resamples = 2000;
const bootstrapSeed = (seed: number): number => seed ^ 0x5eed;

function withinOneSession(
  { candidateSamplesMs, referenceSamplesMs }: LatencySamples,
  seed: number,
  bounds: boolean,
): RecountedRatio {
  const { x, y } = levelled(candidateSamplesMs, referenceSamplesMs);
  const rng = seededRng(bootstrapSeed(seed));
  return { ratio: ratioOfMedians(x, y), interval: bounds ? ratioInterval(x, y, { rng, resamples }) : null };
}
