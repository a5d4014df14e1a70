/** How far a training is: plain data, all that a checkpoint keeps beside the numbers of the trainer. */
import type { EpochPlace } from '../loader/loader.ts';
import type { StepReport, ValidationScore } from '../runner/runner.ts';
import type { WeightChoice } from '../trainer.ts';
import type { EpochFinished, WeightsScored } from './event.ts';

/** Sums over steps. */
export interface StepSums {
  readonly steps: number;
  /** Loss times images. */
  readonly loss: number;
  readonly correct: number;
  readonly images: number;
  readonly stepMs: number;
  readonly waitedMs: number;
}

export interface Course {
  /** The batch that comes next. */
  readonly place: EpochPlace;
  /** Of the epoch under way. */
  readonly epoch: StepSums;
  /** Epochs that are over. */
  readonly epochs: readonly EpochFinished[];
  /** Wall time of all runs. */
  readonly wallMs: number;
}

export const noSums: StepSums = { steps: 0, loss: 0, correct: 0, images: 0, stepMs: 0, waitedMs: 0 };
export const start: Course = { place: { epoch: 0, batch: 0 }, epoch: noSums, epochs: [], wallMs: 0 };

export const added = (sums: StepSums, reports: readonly StepReport[]): StepSums =>
  reports.reduce(
    (so, { metrics, stepMs, waitedMs }) => ({
      steps: so.steps + 1,
      loss: so.loss + (metrics.skipped ? 0 : metrics.loss * metrics.count),
      correct: so.correct + (metrics.skipped ? 0 : metrics.correct),
      images: so.images + (metrics.skipped ? 0 : metrics.count),
      stepMs: so.stepMs + stepMs,
      waitedMs: so.waitedMs + waitedMs,
    }),
    sums,
  );

export const meanLoss = ({ loss, images }: StepSums): number => loss / Math.max(1, images);
export const top1Of = ({ correct, images }: StepSums): number => correct / Math.max(1, images);
export const waitingShareOf = ({ stepMs, waitedMs }: StepSums): number => waitedMs / Math.max(1e-9, stepMs + waitedMs);
export const imagesPerSecondOf = ({ images, stepMs, waitedMs }: StepSums): number =>
  (1000 * images) / Math.max(1e-9, stepMs + waitedMs);

export const scoredBy = (weights: WeightChoice, score: ValidationScore): WeightsScored => ({
  weights,
  loss: score.loss,
  top1: score.correct / Math.max(1, score.count),
  top5: score.correctTop5 / Math.max(1, score.count),
  images: score.count,
});

/** The scored epoch with the largest top-1, the earlier of equals; null before the first. */
export function bestEpoch(epochs: readonly EpochFinished[]): EpochFinished | null {
  return epochs.reduce<EpochFinished | null>(
    (best, each) => (each.validation && each.validation.top1 > (best?.validation?.top1 ?? -1) ? each : best),
    null,
  );
}
