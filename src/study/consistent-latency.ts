/** Whether two paired measurements of one candidate agree, beyond what repeated measurements differ by anyway. */
import { mannWhitney } from '../stats/rank-test.ts';
import { median } from '../stats/robust.ts';

interface Samples {
  readonly candidateSamplesMs: readonly number[];
  readonly referenceSamplesMs: readonly number[];
}

export interface Consistency {
  readonly consistent: boolean;
  /** Of the rank test after the shift; 1 where the ratios differ by less than `indifference`. */
  readonly pValue: number;
}

/**
 * Repeated measurements of the same candidate differ by more than the noise within one: a shift of the ratio below this share
 * is no difference. It is twice the run-to-run spread that `npm run bench -- latency` has to show.
 */
export const indifference = 0.03;
const level = 0.01;
/** Calls that follow each other share their noise, and single ratios have heavy tails: a block's median stands for it. */
const pairsPerBlock = 5;

/**
 * Mann-Whitney on the ratios of blocks, the larger series moved towards the smaller one by `indifference`. Without enough blocks
 * to reject at all (fewer than four in one of the series) the medians alone must be within `indifference`.
 */
export function consistentLatency(before: Samples, now: Samples): Consistency {
  const a = blockRatios(before);
  const b = blockRatios(now);
  const shift = median(b) / median(a);
  if (Math.abs(shift - 1) <= indifference) return { consistent: true, pValue: 1 };
  if (Math.min(a.length, b.length) < 4) return { consistent: false, pValue: 0 };
  const towards = shift > 1 ? 1 / (1 + indifference) : 1 / (1 - indifference);
  const { pValue } = mannWhitney(
    a,
    b.map(ratio => ratio * towards),
  );
  return { consistent: pValue >= level, pValue };
}

/** How many fresh measurements are looked at together when the first one differs. */
export const freshMeasurements = 5;
/** The 99.5 % quantile of Student's t with `freshMeasurements` - 1 degrees of freedom. */
const t = 4.604094871415897;

/**
 * Whether a stored ratio may be one more of the repeated measurements `fresh`: within their 99 % prediction interval on the
 * logarithm, m +- t s sqrt(1 + 1 / n), and never called different below `indifference`. A session of the runtime lays out its memory anew, so
 * that networks of a millisecond or two differ by several per cent from session to session, which the noise within one does not show.
 */
export function withinPrediction(stored: number, fresh: readonly number[]): boolean {
  if (fresh.length !== freshMeasurements)
    throw new RangeError(`expected ${freshMeasurements} ratios, found ${fresh.length}`);
  const logs = fresh.map(ratio => Math.log(ratio));
  const mean = logs.reduce((sum, each) => sum + each, 0) / logs.length;
  const variance = logs.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (logs.length - 1);
  const allowed = Math.max(Math.log(1 + indifference), t * Math.sqrt(variance * (1 + 1 / logs.length)));
  return Math.abs(Math.log(stored) - mean) <= allowed;
}

/** Candidate over reference, medians of `pairsPerBlock` pairs each in the order in which they were taken; a rest that fills no block is left out. */
export function blockRatios({ candidateSamplesMs, referenceSamplesMs }: Samples): number[] {
  const size = Math.max(1, Math.min(pairsPerBlock, Math.floor(candidateSamplesMs.length / 4)));
  const blocks = Math.floor(candidateSamplesMs.length / size);
  return Array.from({ length: blocks }, (_, block) => {
    const range = [block * size, (block + 1) * size] as const;
    return median(candidateSamplesMs.slice(...range)) / median(referenceSamplesMs.slice(...range));
  });
}
