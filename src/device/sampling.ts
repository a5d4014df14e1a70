/** One session's sample: candidate and reference in pairs, in random order within each. */
import { seededRng } from '../random/rng.ts';

/** Makes one call and says how long it took, in milliseconds. */
export type TimedCall = () => Promise<number>;

export interface SessionPlan {
  /** Sampling lasts at least this long, warm-up not counted. */
  readonly lastMs: number;
  /** At least this many pairs are taken, however long they take. */
  readonly leastPairs: number;
  /** Calls of each model that are made first and thrown away. */
  readonly warmup: number;
  /** Seeds the order of the calls. */
  readonly seed: number;
}

/** Milliseconds, in the order in which they were taken; equal lengths. */
export interface Pairs {
  readonly candidateSamplesMs: readonly number[];
  readonly referenceSamplesMs: readonly number[];
}

/**
 * @param now the clock, in milliseconds
 * @param begun called between the warm-up and the first pair
 */
export async function samplePairs(
  candidate: TimedCall,
  reference: TimedCall,
  { lastMs, leastPairs, warmup, seed }: SessionPlan,
  now: () => number,
  begun: () => void = () => {},
): Promise<Pairs> {
  const rng = seededRng(seed);
  for (let i = 0; i < warmup; i++) {
    await reference();
    await candidate();
  }
  const candidateSamplesMs: number[] = [];
  const referenceSamplesMs: number[] = [];
  begun();
  const start = now();
  while (now() - start < lastMs || candidateSamplesMs.length < leastPairs) {
    const candidateFirst = rng.integer(2) === 0;
    const early = candidateFirst ? await candidate() : null;
    referenceSamplesMs.push(await reference());
    candidateSamplesMs.push(early ?? (await candidate()));
  }
  return { candidateSamplesMs, referenceSamplesMs };
}
