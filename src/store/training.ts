/** Trainings of trials, as the store keeps them. */

/** What a training was asked to be, and what it started from; plain JSON. */
export interface NewTrainingRun {
  readonly trialId: number;
  /** Everything that its numbers follow from, by name: a run of the same identity is the same run, gone on with. */
  readonly identity: Readonly<Record<string, string>>;
  /**
   * Top-1 on the images that have the last word, 0 to 1: of the dense model, and of the trial before any step. Test images where the identity
   * names them, and then the epochs were scored on images that were held out; else the validation images, as the epochs.
   */
  readonly denseTop1: number;
  readonly beforeTop1: number;
  /** How many images have the last word. */
  readonly validationImages: number;
  readonly packageVersion: string;
  readonly commandLine: readonly string[];
}

export type TrainingRunState = 'running' | 'complete' | 'interrupted' | 'failed';

export interface TrainingRun extends NewTrainingRun {
  readonly id: number;
  readonly state: TrainingRunState;
  /** Milliseconds since 1970. */
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** Of the network that was written, scored from its file; null until then. */
  readonly top1: number | null;
  readonly writtenSha256: string | null;
  /** Why it failed; empty otherwise. */
  readonly detail: string;
}

export interface TrainingEpoch {
  /** From 1 on. */
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainTop1: number;
  /** Null in epochs that are not scored. */
  readonly validationLoss: number | null;
  readonly validationTop1: number | null;
  readonly learningRate: number;
  /** Of the numbers of all weights, 0 to 1. */
  readonly frozenShare: number;
  readonly imagesPerSecond: number;
  /** Of the time of the steps, 0 to 1. */
  readonly waitingShare: number;
  readonly stepMs: number;
  /** Of all runs so far. */
  readonly wallMs: number;
}

/** Epochs that train the same weights. */
export interface TrainingPhase {
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  readonly frozenShare: number;
  readonly steps: number;
  /** The median of its steps, and of a step that trains every weight; null when none was timed. */
  readonly stepMs: number;
  readonly unfrozenStepMs: number | null;
}

export interface TrainingEnd {
  readonly state: Exclude<TrainingRunState, 'running'>;
  readonly top1: number | null;
  readonly writtenSha256: string | null;
  readonly detail: string;
}

export interface TrainingStore {
  /** The run of that trial and identity, running again, or a new one. */
  begin(run: NewTrainingRun): Promise<TrainingRun>;
  /** An epoch that is trained again after a stop replaces the one before. */
  epoch(runId: number, epoch: TrainingEpoch): Promise<void>;
  phase(runId: number, phase: TrainingPhase): Promise<void>;
  end(runId: number, end: TrainingEnd): Promise<void>;
  /** Of one trial, oldest first. */
  list(trialId: number): Promise<readonly TrainingRun[]>;
  /** Of all trials of a study with their numbers, oldest first. */
  ofStudy(studyId: number): Promise<readonly { readonly trial: number; readonly run: TrainingRun }[]>;
  /** By epoch. */
  metrics(runId: number): Promise<{
    readonly epochs: readonly TrainingEpoch[];
    readonly phases: readonly TrainingPhase[];
  }>;
}

/** The same for the same names and values, in whatever order they are. */
export const identityText = (identity: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(identity).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Whether test images have the last word, and others chose the epoch. */
export const hasTestImages = ({ identity }: Pick<NewTrainingRun, 'identity'>): boolean => 'the test set' in identity;
