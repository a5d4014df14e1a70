/** The figures of a latency as they follow from its samples, by the rule of the version that took it. */
import { summarise } from '../../device/sampling.ts';
import { levelled } from '../../stats/levelled.ts';
import { ratioOfMedians } from '../../stats/ratio-of-medians.ts';
import type { LatencySamples, LatencySummary } from '../../store/observation.ts';

export interface LatencyFigures {
  readonly ratio: number;
  /** Null where it is not recounted. */
  readonly interval: readonly [number, number] | null;
}

/**
 * @param seed of the measurement, from which the bootstrap of its interval follows
 * @param bounds whether the interval is wanted where it takes a bootstrap, some 20 ms for 500 pairs
 */
export function latencyFigures(
  observation: Pick<LatencySummary, 'conditions' | 'quality'> & LatencySamples,
  seed: number,
  bounds: boolean,
): LatencyFigures {
  const { candidateSamplesMs, referenceSamplesMs } = observation;
  if (bounds || candidateSamplesMs.length === 1) {
    const { ratio, interval } = summarise({ candidateSamplesMs, referenceSamplesMs, endedBy: 'time' }, seed);
    return { ratio, interval };
  }
  const { x, y } = levelled(candidateSamplesMs, referenceSamplesMs);
  return { ratio: ratioOfMedians(x, y), interval: null };
}
