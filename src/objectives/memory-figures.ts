/** From the samples of several processes to bytes and a ratio: the same samples give the same figures again. */
import { z95 } from '../stats/normal.ts';
import { median } from '../stats/robust.ts';

export interface MemoryFigures {
  readonly bytes: number;
  readonly referenceBytes: number;
  readonly ratio: number;
  readonly standardError: number;
  /** 95 %. */
  readonly interval: readonly [number, number];
}

const bytesPerKib = 1024;
/** Of a median, over that of a mean: sqrt(pi / 2), of a normal sample. */
const medianLoss = Math.sqrt(Math.PI / 2);

/**
 * Medians over processes: now and then one of them has a page more or less than the others. Candidate and dense model run in processes
 * of their own, so that their relative errors add as squares.
 *
 * @param candidateSamplesKib one per process, at least one; one alone tells nothing of its error, which then is 0
 */
export function memoryFigures(
  candidateSamplesKib: readonly number[],
  referenceSamplesKib: readonly number[],
): MemoryFigures {
  const [candidate, reference] = [median(candidateSamplesKib), median(referenceSamplesKib)];
  const ratio = candidate / reference;
  const standardError =
    ratio *
    Math.hypot(
      standardErrorOfMedian(candidateSamplesKib) / candidate,
      standardErrorOfMedian(referenceSamplesKib) / reference,
    );
  return {
    bytes: candidate * bytesPerKib,
    referenceBytes: reference * bytesPerKib,
    ratio,
    standardError,
    interval: [ratio - z95 * standardError, ratio + z95 * standardError],
  };
}

/** In the unit of the samples; 0 for one sample alone. */
export function standardErrorOfMedian(samples: readonly number[]): number {
  const n = samples.length;
  if (n < 2) return 0;
  const mean = samples.reduce((sum, each) => sum + each, 0) / n;
  const variance = samples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1);
  return medianLoss * Math.sqrt(variance / n);
}
