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
/**
 * Sampling lasts at least so long, or a fifth of the budget: twenty pairs of a small network pass within one slice of the scheduler and one state of the caches, and
 * agree with each other on a ratio that the next slice would not give.
 */
const leastMs = 200;
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
  /** How often the system has taken a core from this process so far; always 0 where it does not say. */
  readonly interruptions?: () => number;
}

/** The longest that `samplePairs` samples under `budget`. */
export const longestMs = (budget: LatencyBudget): number => patience * budget.maxMs;

/**
 * Where others take cores away, pairs during which this process lost its own are left out, if enough are left. It is the longer call that is likelier to be
 * interrupted: once more than half of them are, and few of the other's, a ratio of medians is wrong by the length of an interruption, and the same in every
 * resample, so that no interval shows it.
 *
 * @param warmup calls of each model that are thrown away; they do not count against the budget
 */
export async function samplePairs(
  candidate: TimedCall,
  reference: TimedCall,
  budget: LatencyBudget,
  warmup: number,
  { now, disturbed, interruptions = () => 0 }: Conditions,
): Promise<Pairs> {
  const rng = seededRng(budget.seed);
  for (let i = 0; i < warmup; i++) {
    await reference();
    await candidate();
  }
  const all: Samples = { candidateSamplesMs: [], referenceSamplesMs: [] };
  const whole: Samples = { candidateSamplesMs: [], referenceSamplesMs: [] };
  const shortestMs = Math.min(leastMs, budget.maxMs / 5);
  const leastLooked = Math.max(leastPairs, budget.minPairs);
  const start = now();
  for (let nextLook = leastLooked; ; ) {
    const interruptedBefore = interruptions();
    const candidateFirst = rng.integer(2) === 0;
    const early = candidateFirst ? await candidate() : null;
    const referenceMs = await reference();
    const candidateMs = early ?? (await candidate());
    add(all, candidateMs, referenceMs);
    if (interruptions() === interruptedBefore) add(whole, candidateMs, referenceMs);
    const pairs = all.candidateSamplesMs.length;
    const elapsedMs = now() - start;
    const timeIsUp =
      elapsedMs >= budget.maxMs && pairs >= leastPairs && (elapsedMs >= longestMs(budget) || !disturbed());
    if (!timeIsUp && (pairs < nextLook || elapsedMs < shortestMs)) continue;
    nextLook = Math.ceil(pairs * growth);
    const chosen = !disturbed() ? all : whole.candidateSamplesMs.length >= leastLooked ? whole : null;
    const enough = chosen !== null && pairs >= budget.minPairs && isKnown(chosen, budget);
    if (enough || timeIsUp) return { ...(chosen ?? all), endedBy: enough ? 'interval' : 'time' };
  }
}

interface Samples {
  readonly candidateSamplesMs: number[];
  readonly referenceSamplesMs: number[];
}

function add(samples: Samples, candidateMs: number, referenceMs: number): void {
  samples.candidateSamplesMs.push(candidateMs);
  samples.referenceSamplesMs.push(referenceMs);
}

/** The statistics of what was sampled; the same samples and seed give the same figures again. */
export function summarise(
  { candidateSamplesMs, referenceSamplesMs, endedBy }: Pairs,
  seed: number,
): Omit<PairedLatency, 'quality' | 'conditions' | 'warnings' | 'wallMs'> {
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

function isKnown({ candidateSamplesMs, referenceSamplesMs }: Samples, budget: LatencyBudget): boolean {
  const { x, y } = levelled(candidateSamplesMs, referenceSamplesMs);
  const interval = ratioInterval(x, y, { rng: bootstrapRng(budget.seed), resamples: resamplesWhileSampling });
  return relativeHalfWidth(interval, ratioOfMedians(x, y)) <= budget.halfWidth;
}

/** A stream of its own, so that the interval can be computed again from the samples alone. */
const bootstrapRng = (seed: number): Rng => seededRng(seed ^ 0x5eed);
