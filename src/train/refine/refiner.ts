/**
 * A refinement under way: the networks, the images and the weights together in one place. `local-refiner.ts` is one in this process,
 * `remote-refiner.ts` one in a child process. What goes wrong by itself comes back as a failure.
 */
import type { Attempt } from '../../errors/failure.ts';
import type { BatchSource } from '../../images/batch-source.ts';
import type { TensorDescription } from '../../runtime/model-interface.ts';
import type { SessionSettings } from '../../runtime/session.ts';

/** Plain data (structured clone): it is sent to the child process as it is. */
export interface RefineSetup {
  /** ONNX files. */
  readonly candidatePath: string;
  readonly densePath: string;
  readonly inputs: readonly TensorDescription[];
  /** Intermediate values that are matched too. */
  readonly taps: readonly string[];
  readonly images: BatchSource;
  /** Images of a step. */
  readonly batch: number;
  /** Whether images are mirrored and moved a little while it is trained on them. */
  readonly augment: boolean;
  readonly seed: number;
  readonly session: SessionSettings;
}

export interface RefinerInfo {
  /** Images that it is trained on, and those held back. */
  readonly images: number;
  readonly heldBack: number;
  /** Images of a step: those asked for, or fewer where there are not so many. */
  readonly batch: number;
  readonly stepsPerEpoch: number;
  /** Numbers that are trained. */
  readonly parameters: number;
  readonly taps: number;
}

export interface EpochReport {
  /** Mean over the steps. */
  readonly loss: number;
  readonly steps: number;
  /** Whether a step met what is not finite: it was not taken, and no other was. */
  readonly notFinite: boolean;
}

/** On the images held back. */
export interface HeldBackLoss {
  readonly loss: number;
  /** Of the outputs alone. */
  readonly headLoss: number;
  /** The whole loss of each batch. */
  readonly batches: readonly number[];
}

export interface Refiner {
  readonly info: RefinerInfo;
  /** One pass over the images in an order of its own; a learning rate per step. */
  epoch(learningRates: readonly number[]): Promise<Attempt<EpochReport>>;
  score(): Promise<Attempt<HeldBackLoss>>;
  /** Remembers the weights as they are now. */
  keep(): Promise<Attempt<null>>;
  /** Goes back to the weights that were remembered last, as if no step had been taken from there. */
  restore(): Promise<Attempt<null>>;
  /** Those that were remembered last, by initialiser of the candidate. */
  kept(): Promise<Attempt<ReadonlyMap<string, Float32Array>>>;
  close(): Promise<void>;
}
