/** Sampling: candidate and reference in pairs, in random order within each, until the ratio is known well enough. */
import { type Rng, seededRng } from '../random/rng.ts';
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
const resamplesWhileSampling = 300;
const resamplesAtTheEnd = 2000;

/**
 * @param now the clock, in milliseconds
 * @param warmup calls of each model that are thrown away; they do not count against the budget
 */
export async function samplePairs(
  candidate: TimedCall,
  reference: TimedCall,
  budget: LatencyBudget,
  warmup: number,
  now: () => number,
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
    if (pairs >= leastPairs && now() - start >= budget.maxMs)
      return { candidateSamplesMs, referenceSamplesMs, endedBy: 'time' };
    if (pairs < nextLook) continue;
    nextLook = Math.ceil(pairs * growth);
    if (isKnown(candidateSamplesMs, referenceSamplesMs, budget.halfWidth, bootstrapRng(budget.seed)))
      return { candidateSamplesMs, referenceSamplesMs, endedBy: 'interval' };
  }
}

/** The statistics of what was sampled; the same samples and seed give the same figures again. */
export function summarise(
  { candidateSamplesMs, referenceSamplesMs, endedBy }: Pairs,
  seed: number,
): Omit<PairedLatency, 'warnings' | 'wallMs'> {
  return {
    ratio: ratioOfMedians(candidateSamplesMs, referenceSamplesMs),
    interval: ratioInterval(candidateSamplesMs, referenceSamplesMs, {
      rng: bootstrapRng(seed),
      resamples: resamplesAtTheEnd,
    }),
    candidateMs: median(candidateSamplesMs),
    referenceMs: median(referenceSamplesMs),
    candidateSamplesMs,
    referenceSamplesMs,
    endedBy,
  };
}

function isKnown(candidate: readonly number[], reference: readonly number[], halfWidth: number, rng: Rng): boolean {
  const interval = ratioInterval(candidate, reference, { rng, resamples: resamplesWhileSampling });
  return relativeHalfWidth(interval, ratioOfMedians(candidate, reference)) <= halfWidth;
}

/** A stream of its own, so that the interval can be computed again from the samples alone. */
const bootstrapRng = (seed: number): Rng => seededRng(seed ^ 0x5eed);
