/** From what a device or a scorer tells to an observation as it is stored. */
import type { PairedLatency, PeakMemory } from '../../device/device.ts';
import type { Score } from '../../evaluate/scorer.ts';
import { currentEnvironment, currentLoad } from '../../host/environment.ts';
import { memoryFigures } from '../../objectives/memory-figures.ts';
import { areFlags, atPlaces, type Marks, shareInterval } from '../../stats/marks.ts';
import { z95 } from '../../stats/normal.ts';
import { pairedAccuracy } from '../../stats/paired-answers.ts';
import type { Observation } from '../../store/observation.ts';

type Of<K extends Observation['kind']> = Extract<Observation, { kind: K }>;

/** The dense model against itself has the ratio 1 by definition; its interval and samples show the noise. */
export function latencyObservation(latency: PairedLatency, isDense: boolean): Of<'latency'> {
  const [low, high] = latency.interval;
  return {
    kind: 'latency',
    value: isDense ? 1 : latency.ratio,
    standardError: (high - low) / (2 * z95),
    interval: latency.interval,
    candidateMs: latency.candidateMs,
    referenceMs: latency.referenceMs,
    endedBy: latency.endedBy,
    ...(latency.energy ? { energy: latency.energy } : {}),
    quality: latency.quality,
    conditions: latency.conditions,
    warnings: latency.warnings,
    candidateSamplesMs: latency.candidateSamplesMs,
    referenceSamplesMs: latency.referenceSamplesMs,
    wallMs: latency.wallMs,
    load: latency.load,
    environment: latency.environment,
  };
}

/** @param dense whether the dense model has each image of the whole set right; null where that is not known, and of itself */
export function accuracyObservation(score: Score, dense: Marks | null = null): Of<'accuracy'> {
  const { places } = score;
  const same = dense && atPlaces(dense, places);
  const change = same && same.length === score.correct.length ? pairedAccuracy(same, score.correct) : null;
  return {
    kind: 'accuracy',
    value: score.accuracy,
    standardError: score.standardError,
    interval: shareInterval(score.accuracy, score.standardError, score.correct.length, !areFlags(score.correct)),
    images: score.correct.length,
    correct: score.correct,
    ...(score.predictions ? { predictions: score.predictions } : {}),
    ...(change ? { drop: change.drop, dropStandardError: change.standardError } : {}),
    ...(places ? { places } : {}),
    warnings: [],
    wallMs: score.wallMs,
    load: score.load,
    environment: score.environment,
  };
}

/** Counted, so that it has no error. */
export function sizeObservation(bytes: number, referenceBytes: number): Of<'size'> {
  const value = bytes / referenceBytes;
  return {
    kind: 'size',
    value,
    standardError: 0,
    interval: [value, value],
    bytes,
    referenceBytes,
    warnings: [],
    wallMs: 0,
    load: currentLoad(),
    environment: currentEnvironment(),
  };
}

export function memoryObservation(
  { samplesKib, wallMs, environment, load }: PeakMemory,
  referenceSamplesKib: readonly number[],
  isDense: boolean,
): Of<'memory'> {
  const { bytes, referenceBytes, ratio, standardError, interval } = memoryFigures(samplesKib, referenceSamplesKib);
  return {
    kind: 'memory',
    value: isDense ? 1 : ratio,
    standardError,
    interval,
    bytes,
    referenceBytes,
    candidateSamplesKib: samplesKib,
    referenceSamplesKib,
    warnings: [],
    wallMs,
    load,
    environment,
  };
}
