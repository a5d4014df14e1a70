/** Sampling: candidate and reference in pairs, in random order within each, until the ratio is known well enough. */
import { type Rng, seededRng } from '../random/rng.ts';
import { levelled } from '../stats/levelled.ts';
import { ratioInterval, ratioOfMedians, relativeHalfWidth } from '../stats/ratio-of-medians.ts';
import { median } from '../stats/robust.ts';
import type { LatencyBudget, PairedLatency } from './device.ts';

/** Makes one call and says how long it took, in milliseconds. */
export type TimedCall = () => Promise<number>;

export interface Pairs {
  readonly candidateSamplesMs: readonly number[];
  readonly referenceSamplesMs: readonly number[];
  readonly endedBy: 'interval' | 'time';
}

/** A bootstrap says nothing about fewer; taken even when the time is up. */
const leastPairs = 5;
/** The interval is looked at whenever the number of pairs has grown by this factor: looking after every pair and stopping
 * at the first narrow interval would favour intervals that are narrow by luck. */
const growth = 1.2;
/** With other processes in the way, sampling may last this many times the budget before it gives up. */
const patience = 3;
const resamplesWhileSampling = 300;
const resamplesAtTheEnd = 2000;

export interface Conditions {
  /** The clock, in milliseconds. */
  readonly now: () => number;
  /** Whether other processes have been taking cores away since sampling began. */
  readonly disturbed: () => boolean;
}

/** The longest that `samplePairs` samples under `budget`. */
export const longestMs = (budget: LatencyBudget): number => patience * budget.maxMs;

/** @param warmup calls of each model that are thrown away; they do not count against the budget */
export async function samplePairs(
  candidate: TimedCall,
  reference: TimedCall,
  budget: LatencyBudget,
  warmup: number,
  { now, disturbed }: Conditions,
): Promise<Pairs> {
  const rng = seededRng(budget.seed);
  for (let i = 0; i < warmup; i++) {
    await reference();
    await candidate();
  }
  const candidateSamplesMs: number[] = [];
  const referenceSamplesMs: number[] = [];
  const start = now();
  for (let nextLook = Math.max(leastPairs, budget.minPairs); ; ) {
    const candidateFirst = rng.integer(2) === 0;
    if (candidateFirst) candidateSamplesMs.push(await candidate());
    referenceSamplesMs.push(await reference());
    if (!candidateFirst) candidateSamplesMs.push(await candidate());
    const pairs = candidateSamplesMs.length;
    const elapsedMs = now() - start;
    const timeIsUp =
      elapsedMs >= budget.maxMs && pairs >= leastPairs && (elapsedMs >= longestMs(budget) || !disturbed());
    if (!timeIsUp && pairs < nextLook) continue;
    nextLook = Math.ceil(pairs * growth);
    const enough = pairs >= budget.minPairs && isKnown(candidateSamplesMs, referenceSamplesMs, budget);
    if (enough || timeIsUp) return { candidateSamplesMs, referenceSamplesMs, endedBy: enough ? 'interval' : 'time' };
  }
}

/** The statistics of what was sampled; the same samples and seed give the same figures again. */
export function summarise(
  { candidateSamplesMs, referenceSamplesMs, endedBy }: Pairs,
  seed: number,
): Omit<PairedLatency, 'warnings' | 'wallMs'> {
  const level = levelled(candidateSamplesMs, referenceSamplesMs);
  return {
    ratio: ratioOfMedians(level.x, level.y),
    interval: ratioInterval(level.x, level.y, { rng: bootstrapRng(seed), resamples: resamplesAtTheEnd }),
    candidateMs: median(candidateSamplesMs),
    referenceMs: median(referenceSamplesMs),
    candidateSamplesMs,
    referenceSamplesMs,
    endedBy,
  };
}

function isKnown(candidate: readonly number[], reference: readonly number[], budget: LatencyBudget): boolean {
  const { x, y } = levelled(candidate, reference);
  const interval = ratioInterval(x, y, { rng: bootstrapRng(budget.seed), resamples: resamplesWhileSampling });
  return relativeHalfWidth(interval, ratioOfMedians(x, y)) <= budget.halfWidth;
}

/** A stream of its own, so that the interval can be computed again from the samples alone. */
const bootstrapRng = (seed: number): Rng => seededRng(seed ^ 0x5eed);
