/**
 * A trainer takes one optimisation step after another on a network. State goes in and comes out as plain numbers, so that a
 * checkpoint, another set of trainable weights or another engine can take it over.
 *
 * Nothing here loads a runtime. Trainers that do are opened in a child process, by the file that also owns the loader of
 * images: the parent sends commands and receives metrics, and no image crosses a process border.
 */

/** What one image is to be: a class, or a share of several (mixup, cutmix). */
export type Targets =
  /** One class index from 0 on per image. */
  | { readonly kind: 'labels'; readonly labels: Int32Array }
  /** count x classes, row-major; each row is non-negative and sums to 1. */
  | { readonly kind: 'soft'; readonly probabilities: Float32Array };

export interface Batch {
  /** count x the shape of one image in the network's own layout, row-major, normalised as the network wants it. */
  readonly images: Float32Array;
  readonly targets: Targets;
  /** For a step always `stepSize` of the trainer; for an evaluation any number from 1 on. */
  readonly count: number;
}

/** What a schedule may change from step to step without the step being built again. */
export interface Hyperparameters {
  readonly learningRate: number;
  /** Share of the distillation loss, 0 to 1; the rest is cross-entropy. Default: what the trainer was opened with. */
  readonly distillationWeight?: number;
  /** Decay of the moving average of the weights, 0 to 1. Default: what the trainer was opened with. */
  readonly emaDecay?: number;
}

/** Where a number that is NaN or infinite was seen first. */
export interface NotFinite {
  readonly in: 'loss' | 'gradient' | 'weight' | 'statistic';
  /** Of the weight (or its gradient, or the running statistic); for the loss, of the value that holds the class scores. */
  readonly name: string;
}

export interface StepMetrics {
  /** The mean over the images of the whole loss that was minimised, decay not counted. */
  readonly loss: number;
  /** Images whose largest score is that of their label, or of the largest share of a soft target. */
  readonly correct: number;
  readonly count: number;
  /** Euclidean norm of the gradient of all trainable weights, before clipping. */
  readonly gradientNorm: number;
  /** Null when all is well. Otherwise the step was not taken: the state is the one from before it. */
  readonly notFinite: NotFinite | null;
  /** Half precision only: the step was left out because its scaled gradients overflowed, and the scale was halved. */
  readonly skipped: boolean;
}

export interface StateTensor {
  readonly dims: readonly number[];
  /** Row-major; float32 whatever the network computes in. */
  readonly data: Float32Array;
}

/**
 * Everything that the next step depends on, but for the batch. Names of `tensors` are `slot/NAME` with NAME the initialiser of the
 * network: slot `weight` (also weights that are frozen), `statistic` (running means and variances), `ema`, and what the
 * optimiser keeps (`momentum`; `first-moment`, `second-moment` and their scalars `first-share`, `second-share`).
 */
export interface TrainingState {
  readonly tensors: ReadonlyMap<string, StateTensor>;
  readonly counters: Counters;
}

export interface Counters {
  /** Steps taken. */
  readonly steps: number;
  /** Half precision only (else 1): the factor on the loss, and steps since it was last changed. */
  readonly lossScale: number;
  readonly stepsSinceScaling: number;
}

/** Which weights a phase of training changes. */
export interface TrainableSet {
  /** Names of initialisers of the network. */
  readonly trainable: ReadonlySet<string>;
  /**
   * Weights that no later phase with this same `trainable` finds changed: a trainer may build them into the step as
   * constants. Others that are frozen now may have other values when the set comes back.
   */
  readonly settled: ReadonlySet<string>;
}

export interface Evaluation {
  /** count x classes, row-major. */
  readonly logits: Float32Array;
  /** Mean cross-entropy with the targets as they are: no smoothing, no distillation. */
  readonly loss: number;
  readonly correct: number;
  readonly count: number;
}

/** Which weights to read: those of the last step, or their moving average. */
export type WeightChoice = 'last' | 'ema';

export interface Trainer {
  /** Images that one step takes: batch size times accumulation. */
  readonly stepSize: number;
  /** Every trainable weight of the network by name, in the order of the graph, whether it is frozen now or not. */
  readonly weights: readonly string[];
  /** Takes one step. Steps and everything else here run one after the other, in the order of the calls. */
  step(batch: Batch, hyper: Hyperparameters): Promise<StepMetrics>;
  /** A copy, which no later step changes. */
  state(): Promise<TrainingState>;
  /** Goes on from `state`; throws a UserError when it belongs to another network or another optimiser. */
  load(state: TrainingState): Promise<void>;
  /** Scores with running statistics. The first call after a step may take longer, since it takes the weights over. */
  evaluate(batch: Batch, choice?: WeightChoice): Promise<Evaluation>;
  /**
   * Changes which weights are trained and carries the state over. Momenta of weights that rest are kept as they are.
   * Throws a UserError when it names no weight of the network or leaves nothing to train.
   */
  setTrainable(set: TrainableSet): Promise<void>;
  /** Releases what the runtime holds. A second call is harmless. */
  close(): Promise<void>;
}
