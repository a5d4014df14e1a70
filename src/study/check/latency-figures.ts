/** The figures of a latency as they follow from its samples, by the rule of the version that took it. */
import { seededRng } from '../../random/rng.ts';
import { levelled } from '../../stats/levelled.ts';
import { ratioInterval, ratioOfMedians } from '../../stats/ratio-of-medians.ts';
import type { LatencySamples, LatencySummary } from '../../store/observation.ts';

export interface LatencyFigures {
  readonly ratio: number;
  /** Null where it is not recounted. */
  readonly interval: readonly [number, number] | null;
}

/** Of the bootstrap within one session. It stays as it was: stored intervals are proved by it. */
const resamples = 2000;
const bootstrapSeed = (seed: number): number => seed ^ 0x5eed;

/**
 * Of one session: the ratio of medians of the levelled samples, and its bootstrap interval.
 *
 * @param seed of the measurement, from which the bootstrap follows
 * @param bounds whether the interval is wanted where it takes a bootstrap, some 20 ms for 500 pairs
 */
export function latencyFigures(
  { candidateSamplesMs, referenceSamplesMs }: Pick<LatencySummary, 'conditions' | 'quality'> & LatencySamples,
  seed: number,
  bounds: boolean,
): LatencyFigures {
  const { x, y } = levelled(candidateSamplesMs, referenceSamplesMs);
  const wanted = bounds || x.length === 1;
  const rng = seededRng(bootstrapSeed(seed));
  return { ratio: ratioOfMedians(x, y), interval: wanted ? ratioInterval(x, y, { rng, resamples }) : null };
}
