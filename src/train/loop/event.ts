/** What happens in a training, as plain data: the loop emits it, a terminal line or one JSON line per event shows it. */

/** Everything is open and the first step comes next. */
export interface TrainingStarted {
  readonly kind: 'training-started';
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  /** Images per step. */
  readonly stepSize: number;
  readonly trainImages: number;
  /** 0 where nothing is scored on the way. */
  readonly validationImages: number;
  /** What has the last word; 0 where the validation images have it. The validation images were then held out of the training images. */
  readonly testImages: number;
  /** Steps taken by earlier runs of the same training; 0 for a new one. */
  readonly resumedFrom: number;
}

/** Epochs that train the same weights begin. */
export interface PhaseStarted {
  readonly kind: 'phase-started';
  /** From 1 on, the first and the last. */
  readonly epochs: readonly [number, number];
  readonly trainable: number;
  readonly weights: number;
  /** Of the numbers of all weights, 0 to 1. */
  readonly frozenShare: number;
}

/** A phase is over. */
export interface PhaseFinished {
  readonly kind: 'phase-finished';
  readonly epochs: readonly [number, number];
  readonly frozenShare: number;
  readonly steps: number;
  /** The median of the steps of this run. */
  readonly stepMs: number;
  /** The same with every weight trained, measured before the first step; null when no phase freezes anything. */
  readonly unfrozenStepMs: number | null;
}

export interface StepsTaken {
  readonly kind: 'steps';
  /** From 1 on. */
  readonly epoch: number;
  /** Batches of this epoch that are done. */
  readonly batch: number;
  /** Of the training, this one counted. */
  readonly step: number;
  /** Means over the epoch so far. */
  readonly loss: number;
  readonly top1: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly frozenShare: number;
  /** Over the steps of this event, waiting counted. */
  readonly imagesPerSecond: number;
  /** The share of that time in which the step waited for its images. */
  readonly waitingShare: number;
}

export interface EpochFinished {
  readonly kind: 'epoch';
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  readonly learningRate: number;
  readonly frozenShare: number;
  readonly train: { readonly loss: number; readonly top1: number };
  /** Null in epochs that are not scored. */
  readonly validation: WeightsScored | null;
  /** Whether it is the best so far. */
  readonly best: boolean;
  readonly imagesPerSecond: number;
  readonly waitingShare: number;
  readonly stepMs: number;
  readonly wallMs: number;
}

export interface WeightsScored {
  readonly weights: 'last' | 'ema';
  readonly loss: number;
  readonly top1: number;
  readonly top5: number;
  readonly images: number;
}

export interface CheckpointWritten {
  readonly kind: 'checkpoint';
  readonly path: string;
  readonly step: number;
}

export interface TrainingWarning {
  readonly kind: 'warning';
  readonly message: string;
}

export interface TrainingFinished {
  readonly kind: 'training-finished';
  readonly endedBy: 'epochs' | 'interrupted';
  readonly steps: number;
  /** Of all runs. */
  readonly wallMs: number;
}

export type TrainingEvent =
  | TrainingStarted
  | PhaseStarted
  | PhaseFinished
  | StepsTaken
  | EpochFinished
  | CheckpointWritten
  | TrainingWarning
  | TrainingFinished;
