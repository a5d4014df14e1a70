/** A trial: one configuration, its state and what was observed. */
import type { Assignment } from '../decompose/method.ts';
import type { FailureReason } from '../errors/failure.ts';
import type { Owner } from '../host/process-identity.ts';
import type { RngState } from '../random/rng.ts';
import type { Observation, ObservationSummary } from './observation.ts';

/** What a proposal was made from, so that it can be made again. */
export interface Asked {
  /** The id of what the strategy was given (`TuningStore.setup`). */
  readonly setup: number;
  /** The history was every trial with a `finishedSequence` up to this one, in that order. */
  readonly after: number;
  /** Pending was every trial with a number below this one that was not in the history. */
  readonly known: number;
}

export interface NewTrial {
  /** One ordinal per site; no two trials of a study have the same. */
  readonly configuration: readonly number[];
  readonly assignment: Assignment;
  /** The name of the strategy that proposed it. */
  readonly strategy: string;
  /** The generator before and after it was proposed, so that a resumed study goes on with the stream; null if none was used. */
  readonly rngBefore: RngState | null;
  readonly rngAfter: RngState | null;
  /** Null for the dense model, which nobody proposed, and for trials from before this was kept. */
  readonly asked: Asked | null;
}

/** Wall time of each stage; null for a stage that was not reached. */
export interface StageTimes {
  readonly buildMs: number | null;
  /** The part of `buildMs` that the correction took; missing where there was none. */
  readonly correctionMs?: number | null;
  readonly latencyMs: number | null;
  readonly accuracyMs: number | null;
  /** Stages that only some studies have; the store keeps whatever stages there are. */
  readonly sizeMs?: number | null;
  readonly memoryMs?: number | null;
}

interface Tried {
  readonly stages: StageTimes;
  /** What was seen before it ended, in the search phase. */
  readonly observations: readonly Observation[];
}

export interface CompleteResult extends Tried {
  readonly state: 'complete';
  readonly modelSha256: string;
  /** The packed scales and shifts that its candidate was corrected by; missing where there were none. Read with `trials.correction`. */
  readonly correction?: Uint8Array | null;
  readonly macs: number;
  readonly params: number;
  /** One per objective of the study, finite, minimised. */
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
  /** False when a constraint is broken: such a trial never enters the front. */
  readonly feasible: boolean;
}

export interface FailedResult extends Tried {
  readonly state: 'failed';
  readonly reason: FailureReason;
  readonly detail: string;
}

/** Given up early because it could no longer matter. */
export interface PrunedResult extends Tried {
  readonly state: 'pruned';
  readonly detail: string;
  /** What was seen of each objective, from a part of its images; empty when nothing was. */
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
}

export type TrialResult = CompleteResult | FailedResult | PrunedResult;

export interface TrialBase extends NewTrial {
  readonly id: number;
  readonly studyId: number;
  /** Counts from 0, the dense model. */
  readonly number: number;
  /** How often a process died while it ran this trial. */
  readonly requeues: number;
  /** Milliseconds since 1970, as are all times of day here. */
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  /** How many trials of the study were finished when it was first begun; null from before this was kept. */
  readonly startedAfter: number | null;
}

export interface Finished {
  readonly finishedAtMs: number;
  /** The order in which the trials of the study were finished, from 1. Measuring one again takes a number too. */
  readonly finishedSequence: number;
  readonly stages: StageTimes;
  /** Of both phases. */
  readonly observations: readonly ObservationSummary[];
}

export type WaitingTrial = TrialBase & { readonly state: 'waiting' };
export type RunningTrial = TrialBase & { readonly state: 'running'; readonly owner: Owner };
export type CompleteTrial = TrialBase &
  Finished &
  Omit<CompleteResult, 'observations' | 'correction'> & {
    /** Of the front as it stood after this trial. */
    readonly hypervolume: number;
    /** What it had before it was measured again, the oldest first. */
    readonly revisions: readonly Revision[];
  };

/** The values that a trial had until it was measured again, since the machine had been busy. */
export interface Revision {
  /** A number in the order of `finishedSequence`: whoever was told of no later one was told these values. */
  readonly replacedAt: number;
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
}

/** An observation of the search taken again, with the objectives that follow from it. */
export interface Remeasured {
  /** Of whatever kind: it takes the place of the one of its kind. */
  readonly observation: Observation;
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
  readonly feasible: boolean;
}
export type FailedTrial = TrialBase & Finished & Omit<FailedResult, 'observations'>;
export type PrunedTrial = TrialBase & Finished & Omit<PrunedResult, 'observations'>;

export type Trial = WaitingTrial | RunningTrial | CompleteTrial | FailedTrial | PrunedTrial;
export type TrialState = Trial['state'];

export const trialStates = ['waiting', 'running', 'complete', 'failed', 'pruned'] as const satisfies TrialState[];
