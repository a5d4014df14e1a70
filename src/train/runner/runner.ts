/**
 * A training under way: the trainer and the loader of its images, together in one place, so that a command is a few numbers and no
 * image crosses a process border. `local.ts` is one in this process; `remote.ts` one in a child process.
 *
 * What a user did wrong is thrown as a UserError. What goes wrong by itself (the process dies, memory runs out) comes back as a
 * failure, after which every command fails in the same way: the training goes on from its last checkpoint in a new runner.
 */
import type { Dataset } from '../../data/dataset.ts';
import type { Attempt } from '../../errors/failure.ts';
import type { EpochPlace, LoaderOptions } from '../loader/loader.ts';
import type { InputReading } from '../loader/make-batch.ts';
import type { TrainingOptions } from '../options.ts';
import type { Hyperparameters, StepMetrics, TrainableSet, TrainingState, WeightChoice } from '../trainer.ts';
import type { EngineChoice } from './engine-choice.ts';

/** Plain data (structured clone): it is sent to the child process as it is. */
export interface RunnerSetup {
  readonly engine: EngineChoice;
  /** The ONNX file that training starts from. */
  readonly modelPath: string;
  /** The dense network, for distillation; null for none. */
  readonly teacherPath: string | null;
  readonly training: Omit<TrainingOptions, 'model' | 'teacher'>;
  /** The training set; a batch of the loader is a step of the trainer. */
  readonly data: Omit<LoaderOptions, 'batch'>;
  readonly validation: ValidationSource | null;
  /** What is to come, for an engine that is handed all of it at the start. */
  readonly course?: CourseAhead;
}

export interface CourseAhead {
  readonly epochs: number;
  /** Which epoch's weights are the result. */
  readonly keep: 'best' | 'last';
  /** By step of the whole training. */
  readonly learningRates: readonly number[];
  readonly phases: readonly {
    /** Epochs from `from` to before `to`. */
    readonly from: number;
    readonly to: number;
    /** The weights that are trained. */
    readonly trainable: readonly string[];
  }[];
}

export interface ValidationSource {
  readonly dataset: Dataset;
  /** One output index per image. */
  readonly labels: Int32Array;
  readonly reading: InputReading;
  /** Images that are scored at once. */
  readonly batch: number;
}

export interface RunnerInfo {
  /** Images per step. */
  readonly stepSize: number;
  readonly batchesPerEpoch: number;
  /** Every trainable weight by name, in the order of the graph. */
  readonly weights: readonly string[];
  /** What people should know of where it runs. */
  readonly notes?: readonly string[];
}

export interface StepReport {
  /** The batch it was taken on. */
  readonly place: EpochPlace;
  /** The number of the step, 1 for the first of the training; of a step that was not taken, the number it would have had. */
  readonly step: number;
  readonly metrics: StepMetrics;
  /** Wall time of the step itself, and how long it waited for its images before. */
  readonly stepMs: number;
  readonly waitedMs: number;
}

export interface ValidationScore {
  /** Mean cross-entropy. */
  readonly loss: number;
  readonly correct: number;
  /** Images whose label is among the five largest scores; all of them with five classes or fewer. */
  readonly correctTop5: number;
  readonly count: number;
  /** Images that could not be read and are left out, and one of them with the reason. */
  readonly unreadable: { readonly images: number; readonly example: string };
  readonly wallMs: number;
}

/** Commands are carried out one after the other, in the order of the calls. */
export interface TrainingRunner {
  readonly info: RunnerInfo;
  /** Goes to a place in the data; nothing is loaded from `epochs` on. Needed before the first step, and after `load`. */
  begin(place: EpochPlace, epochs: number): Promise<Attempt<null>>;
  /**
   * Takes one step per entry on the batches that come next. Fewer reports come back when the data end, or after a step whose numbers
   * are not finite: its report is the last, the state is the one from before it, and the batch is used up.
   */
  steps(hypers: readonly Hyperparameters[]): Promise<Attempt<readonly StepReport[]>>;
  setTrainable(set: TrainableSet): Promise<Attempt<null>>;
  /** Scores the validation set. Throws an Error when there is none, a UserError when too many of its images are unreadable. */
  evaluate(choice: WeightChoice): Promise<Attempt<ValidationScore>>;
  state(): Promise<Attempt<TrainingState>>;
  load(state: TrainingState): Promise<Attempt<null>>;
  /**
   * Milliseconds of `repeats` steps on noise with the weights of `set` trainable, after two more that warm up. The state, the set and
   * the place in the data are afterwards as they were.
   */
  time(set: TrainableSet, repeats: number): Promise<Attempt<readonly number[]>>;
  /** Training images that could not be read so far, and one of them with the reason. */
  unreadable(): Promise<Attempt<{ readonly images: number; readonly example: string }>>;
  close(): Promise<void>;
}
