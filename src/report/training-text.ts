/** A training in lines for people: one per thing that happens, and one at the bottom that is kept up to date. */
import type {
  EpochFinished,
  PhaseFinished,
  PhaseStarted,
  StepsTaken,
  TrainingEvent,
  TrainingStarted,
} from '../train/loop/event.ts';
import { formatDuration } from '../units/duration.ts';
import { formatMs, formatPercent } from '../units/format.ts';

/**
 * Null for what has no line of its own.
 * @param restart whether the command line says that the training is to start again
 */
export function trainingText(event: TrainingEvent, restart = false): string | null {
  switch (event.kind) {
    case 'training-started': {
      const { trainImages, epochs, batchesPerEpoch, stepSize, resumedFrom } = event;
      const from = resumedFrom > 0 ? `, continuing from step ${resumedFrom}` : '';
      return `${trainImages} training images, ${scoredText(event)}; ${epochs} epochs of ${batchesPerEpoch} steps of ${stepSize} images${from}`;
    }
    case 'phase-started':
      return phaseStartedText(event);
    case 'phase-finished':
      return phaseFinishedText(event);
    case 'epoch':
      return epochText(event);
    case 'warning':
      return `warning: ${event.message}`;
    case 'training-finished':
      return event.endedBy === 'interrupted'
        ? `Stopped at step ${event.steps}; the same command${restart ? ' without --restart' : ''} continues from there.`
        : `Trained ${event.steps} steps in ${formatDuration(event.wallMs)}.`;
    case 'steps':
    case 'checkpoint':
      return null;
    default:
      return event satisfies never;
  }
}

const scoredText = ({ validationImages, testImages }: TrainingStarted): string =>
  testImages === 0
    ? `${validationImages} to score on`
    : `${validationImages} more held out to choose the epoch, ${testImages} test images for the last word`;

function epochText(event: EpochFinished): string {
  const { epoch, epochs, train, validation, best, learningRate, imagesPerSecond, waitingShare } = event;
  const parts = [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    `loss ${train.loss.toFixed(4)}`,
    `train ${formatPercent(train.top1)}`,
    ...(validation ? [`val ${formatPercent(validation.top1)}${validation.weights === 'ema' ? ' (EMA)' : ''}`] : []),
    `lr ${learningRate.toPrecision(3)}`,
    `${rate(imagesPerSecond)} images/s`,
    `waiting ${formatPercent(waitingShare, 1)}`,
    ...(best ? ['best'] : []),
  ];
  return parts.join('  ');
}

const epochsText = ([first, last]: readonly [number, number]): string =>
  first === last ? `epoch ${first}` : `epochs ${first} to ${last}`;

/** Where everything is trained, there is nothing to say. */
function phaseStartedText({ epochs, trainable, weights, frozenShare }: PhaseStarted): string | null {
  if (trainable === weights) return null;
  return `${epochsText(epochs)}: ${weights - trainable} of ${weights} weights frozen (${formatPercent(frozenShare, 1)} of the numbers)`;
}

function phaseFinishedText({ epochs, steps, stepMs, unfrozenStepMs }: PhaseFinished): string | null {
  if (unfrozenStepMs === null || steps === 0) return null;
  const ratio = (stepMs / unfrozenStepMs).toFixed(2);
  return `${epochsText(epochs)}: ${formatMs(stepMs)} per step, ${ratio}x the unfrozen step (${formatMs(unfrozenStepMs)})`;
}

const rate = (perSecond: number): string => (perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond)));

/** How far a training is, from the events so far. */
export interface TrainingProgress {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  readonly stepSize: number;
  readonly last: StepsTaken | null;
  readonly score: number | null;
  /** Images per second, the last calls counting more. */
  readonly imagesPerSecond: number | null;
}

export const noTrainingProgress: TrainingProgress = {
  epochs: 0,
  batchesPerEpoch: 0,
  stepSize: 0,
  last: null,
  score: null,
  imagesPerSecond: null,
};

/** The share of the newest call in the rate that is shown. */
const newest = 0.1;

export function advanceTraining(progress: TrainingProgress, event: TrainingEvent): TrainingProgress {
  if (event.kind === 'training-started') {
    const { epochs, batchesPerEpoch, stepSize } = event;
    return { ...noTrainingProgress, epochs, batchesPerEpoch, stepSize };
  }
  if (event.kind === 'steps') {
    const before = progress.imagesPerSecond ?? event.imagesPerSecond;
    return { ...progress, last: event, imagesPerSecond: before + newest * (event.imagesPerSecond - before) };
  }
  if (event.kind === 'epoch' && event.validation) return { ...progress, score: event.validation.top1 };
  return progress;
}

/** At most 140 characters; empty before the first step. Scoring between epochs is not in the time that is left. */
export function trainingLine(progress: TrainingProgress): string {
  const { last, epochs, batchesPerEpoch, stepSize, imagesPerSecond, score } = progress;
  if (!last || !imagesPerSecond) return '';
  const left = epochs * batchesPerEpoch - last.step;
  const parts = [
    `${bar(last.step / (epochs * batchesPerEpoch))} epoch ${last.epoch}/${epochs}`,
    `${rate(imagesPerSecond)} images/s`,
    `ETA ${formatDuration((1000 * left * stepSize) / imagesPerSecond)}`,
    `loss ${last.loss.toFixed(3)}`,
    `top-1 ${formatPercent(last.top1, 1)}`,
    ...(score === null ? [] : [`val ${formatPercent(score, 1)}`]),
    `lr ${last.learningRate.toPrecision(2)}`,
    ...(last.frozenShare > 0 ? [`frozen ${formatPercent(last.frozenShare, 0)}`] : []),
    `waiting ${formatPercent(last.waitingShare, 0)}`,
  ];
  return parts.join('  ').slice(0, 140);
}

const barWidth = 12;
function bar(share: number): string {
  const full = Math.max(0, Math.min(barWidth, Math.round(barWidth * share)));
  return `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}]`;
}
