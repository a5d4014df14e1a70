/** From samples to judgement: what makes them less sharp than they could be. The limits stand here and nowhere else. */
import { median, relativeSpread } from '../stats/robust.ts';
import type { Warning } from './warning.ts';

export interface TimedSamples {
  readonly candidateSamplesMs: readonly number[];
  readonly referenceSamplesMs: readonly number[];
  readonly timerResolutionMs: number;
}

/** A quiet machine gives 1 to 3 %; beyond this share the interval needs many more pairs. */
const noisySpread = 0.1;
const driftLimit = 0.05;
/** A call shorter than this many ticks is rounded by more than one per cent. */
const ticksPerCall = 100;

export function judge(seen: TimedSamples): Warning[] {
  const warnings: Warning[] = [];
  const spread = spreadOfOneCall(seen.candidateSamplesMs, seen.referenceSamplesMs);
  if (spread > noisySpread) warnings.push({ kind: 'noisy', spread });
  const drift = driftOf(seen.referenceSamplesMs);
  if (Math.abs(drift) > driftLimit) warnings.push({ kind: 'clock-drift', drift });
  const callMs = Math.min(median(seen.candidateSamplesMs), median(seen.referenceSamplesMs));
  if (callMs < ticksPerCall * seen.timerResolutionMs)
    warnings.push({ kind: 'coarse-timer', callMs, resolutionMs: seen.timerResolutionMs });
  return warnings;
}

/**
 * Standard deviation of a call over its median: what slows down both calls of a pair cancels in their ratio, which then
 * spreads by sqrt(2) times as much as one call.
 */
const spreadOfOneCall = (candidate: readonly number[], reference: readonly number[]): number =>
  relativeSpread(candidate.map((ms, i) => ms / (reference[i] ?? ms))) / Math.SQRT2;

/** Median of the second half over that of the first, minus 1; 0 for fewer than ten samples. */
function driftOf(samples: readonly number[]): number {
  if (samples.length < 10) return 0;
  const half = Math.floor(samples.length / 2);
  return median(samples.slice(half)) / median(samples.slice(0, half)) - 1;
}
