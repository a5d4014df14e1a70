/** What the loop tells of: steps, epochs and phases that are over, and images that could not be read. */
import { median } from '../../stats/robust.ts';
import type { FreezingPhase } from '../freezing/phases.ts';
import type { StepReport, ValidationScore } from '../runner/runner.ts';
import {
  added,
  bestEpoch,
  type Course,
  imagesPerSecondOf,
  meanLoss,
  noSums,
  top1Of,
  waitingShareOf,
} from './course.ts';
import type { EpochFinished, PhaseFinished, StepsTaken, TrainingEvent } from './event.ts';

/** @param course behind the steps that `reports` are of */
export function stepsTaken(
  { place, epoch }: Course,
  reports: readonly StepReport[],
  { step, learningRate, frozenShare }: Pick<StepsTaken, 'step' | 'learningRate' | 'frozenShare'>,
): StepsTaken {
  const recent = added(noSums, reports);
  return {
    kind: 'steps',
    epoch: place.epoch + 1,
    batch: place.batch,
    step,
    loss: meanLoss(epoch),
    top1: top1Of(epoch),
    learningRate,
    gradientNorm: reports.at(-1)?.metrics.gradientNorm ?? 0,
    frozenShare,
    imagesPerSecond: imagesPerSecondOf(recent),
    waitingShare: waitingShareOf(recent),
  };
}

/** @param course at the end of the epoch, before the next one is its place */
export function epochFinished(
  { place, epoch, epochs: before, wallMs }: Course,
  validation: EpochFinished['validation'],
  { epochs, step, learningRate, frozenShare }: Pick<EpochFinished, 'epochs' | 'step' | 'learningRate' | 'frozenShare'>,
): EpochFinished {
  const best = bestEpoch(before)?.validation?.top1 ?? -1;
  return {
    kind: 'epoch',
    epoch: place.epoch + 1,
    epochs,
    step,
    learningRate,
    frozenShare,
    train: { loss: meanLoss(epoch), top1: top1Of(epoch) },
    validation,
    best: validation !== null && validation.top1 > best,
    imagesPerSecond: imagesPerSecondOf(epoch),
    waitingShare: waitingShareOf(epoch),
    stepMs: epoch.stepMs / Math.max(1, epoch.steps),
    wallMs,
  };
}

export function phaseFinished(
  phase: FreezingPhase,
  stepTimes: ReadonlyMap<FreezingPhase, readonly number[]>,
  unfrozenStepMs: number | null,
): PhaseFinished {
  const times = stepTimes.get(phase) ?? [];
  return {
    kind: 'phase-finished',
    epochs: [phase.from + 1, phase.to],
    frozenShare: phase.frozenShare,
    steps: times.length,
    stepMs: times.length > 0 ? median(times) : 0,
    unfrozenStepMs,
  };
}

/** Warns of images that could not be read, again only where there are more of the kind than before. */
export function unreadableTold(emit: (event: TrainingEvent) => void) {
  const told = new Map<string, number>();
  return (kind: string, { images, example }: ValidationScore['unreadable'], so: string): void => {
    if (images <= (told.get(kind) ?? 0)) return;
    told.set(kind, images);
    const message = `${images} ${kind} images are unreadable and ${so}, for example ${example}.`;
    emit({ kind: 'warning', message });
  };
}
