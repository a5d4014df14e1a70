/**
 * Where studies are kept. A trial is stored before the tuner hears of it. Each call is one transaction, so that a
 * process can be killed at any instant: what a call has returned from is stored, and what it has not is stored wholly
 * or not at all.
 *
 * Every call may throw a UserError: a full disk, a file that is damaged or may not be written, another process that does not
 * let go of the store. What was stored before is safe each time.
 */
import type { FailureReason } from '../errors/failure.ts';
import type { Observation, ObservationSummary, StoredObservation } from './observation.ts';
import type { Refinement, StoredRefinement } from './refinement.ts';
import type { NewStudy, Study, StudyState, StudySummary } from './study.ts';
import type { TrainingStore } from './training.ts';
import type { CompleteTrial, NewTrial, Remeasured, RunningTrial, Trial, TrialResult, TrialState } from './trial.ts';
import type { StoreWatch } from './watch.ts';

export interface Store {
  readonly studies: StudyStore;
  readonly queue: TrialQueue;
  readonly trials: TrialArchive;
  readonly tuning: TuningStore;
  readonly training: TrainingStore;
  /** Of a store that tells of writes by itself; others are asked every so often. */
  readonly watch?: StoreWatch;
  /** Puts the trials that this store began or claimed and did not finish back in the queue, then lets go of the file. */
  close(): Promise<void>;
}

export interface StudyStore {
  /**
   * A new study, or the one of that name when it searches the same: model, space, hardware profile, data, proxy subset,
   * objectives and seed. The strategy may change between runs. Throws a UserError that says what differs.
   */
  create(study: NewStudy): Promise<Study>;
  get(name: string): Promise<Study | null>;
  /** Oldest first. */
  list(): Promise<readonly StudySummary[]>;
  setState(studyId: number, state: StudyState): Promise<void>;
  /**
   * Grows with every write that concerns the study: trials, observations, states, what its strategy is given, trainings. Whoever has read
   * the study at a revision need not read it again while the revision stays. Throws for a study that is not there.
   */
  revision(studyId: number): Promise<number>;
}

export interface TrialQueue {
  /** Stores a trial as running in this process; null when the study already has a trial of that configuration. */
  begin(studyId: number, trial: NewTrial): Promise<RunningTrial | null>;
  /** Takes the waiting trial with the lowest number; null when none waits. No two callers get the same. */
  claim(studyId: number): Promise<RunningTrial | null>;
  /**
   * Stores the result, its observations, the front and the hypervolume in one transaction. A trial that is finished already stays
   * as it is, so that a call can be repeated. `frontOf` sees the front members so far and, when feasible, this trial.
   *
   * @returns the front with this trial; null where it did not end complete, or was finished before
   */
  finish(trialId: number, result: TrialResult, frontOf: FrontOf): Promise<FrontState | null>;
  /** Adds observations of the confirm phase; they replace earlier ones of the same kind. Those of the search stay. */
  confirm(trialId: number, observations: readonly Observation[]): Promise<void>;
  /** Keeps what refining a complete trial came to, with the observations of the refined one, in the place of an earlier refinement. */
  refine(trialId: number, refinement: Refinement, observations: readonly Observation[]): Promise<void>;
  /**
   * Puts an observation that was taken again in the place of a complete trial's of the search, with the values that follow. What it
   * replaces is kept, and the front and all hypervolumes become what they would have been with these values.
   */
  remeasure(trialId: number, again: Remeasured, frontOf: FrontOf): Promise<void>;
  /** Puts running trials whose owner is gone (`lease.ts`) back in the queue and returns their number. */
  requeueLost(studyId: number): Promise<number>;
}

/** Plain JSON: what is read equals what was written. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** What the tuner of a study works with. */
export interface TuningStore {
  /** Keeps what a strategy was given, once for each content, and returns its id. */
  keepSetup(studyId: number, setup: JsonRecord): Promise<number>;
  setup(id: number): Promise<JsonRecord | null>;
  /** The one that was kept last as a new one; null before the first. */
  latestSetup(studyId: number): Promise<{ readonly id: number; readonly setup: JsonRecord } | null>;
  /** Keeps the table of single sites in place of the one before. */
  keepSiteTable(studyId: number, table: JsonRecord): Promise<void>;
  siteTable(studyId: number): Promise<JsonRecord | null>;
  /**
   * Judges every complete trial again, after the limits on objectives have changed. The front and the hypervolumes become what
   * they would have been, had every trial been judged so from the first.
   */
  judge(studyId: number, feasible: (values: readonly number[]) => boolean, frontOf: FrontOf): Promise<void>;
}

export interface TrialArchive {
  /** By number. */
  list(studyId: number, filter?: TrialFilter): Promise<readonly Trial[]>;
  get(studyId: number, number: number): Promise<Trial | null>;
  /** Of the complete trials, by number: what fronts are made of, without reading what a listing reads beside it. */
  figures(studyId: number): Promise<readonly TrialFigures[]>;
  /**
   * Of the trials of whatever state, by number, what a long list shows of each.
   *
   * @param after only those finished or measured again after this `finishedSequence`, and those that are not finished
   */
  outlines(studyId: number, after?: number): Promise<readonly TrialOutline[]>;
  /**
   * Of the complete trials, by their number: all observations without their samples.
   *
   * @param after only of those finished or measured again after this `finishedSequence`, and of those that were seen in a later phase than the search
   */
  observations(studyId: number, after?: number): Promise<ReadonlyMap<number, readonly ObservationSummary[]>>;
  /** The members of the front, by number. */
  front(studyId: number): Promise<readonly CompleteTrial[]>;
  /** The observations of a trial with their raw samples. */
  samples(trialId: number): Promise<readonly StoredObservation[]>;
  /** The packed correction of a trial; null where it has none. */
  correction(trialId: number): Promise<Uint8Array | null>;
  /** What refining it came to; null where that was not tried. */
  refinement(trialId: number): Promise<StoredRefinement | null>;
}

export interface TrialFilter {
  readonly states?: readonly TrialState[];
  /** Only trials finished, or measured again, after this `finishedSequence`. */
  readonly finishedAfter?: number;
  /** Only these. */
  readonly numbers?: readonly number[];
}

/** A complete trial as a front needs it; its configuration, hashes and environments are in `list`. */
export interface TrialFigures {
  readonly id: number;
  readonly number: number;
  readonly finishedSequence: number;
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
  readonly feasible: boolean;
  /** Of the front as it stood after this trial. */
  readonly hypervolume: number;
  readonly macs: number;
  readonly params: number;
  /** The kinds of its observations in the confirm phase. */
  readonly confirmed: readonly string[];
}

/** A trial without its configuration, hashes and observations; what its state does not have is null. */
export interface TrialOutline extends Pick<Trial, 'number' | 'state' | 'strategy' | 'requeues' | 'startedAtMs'> {
  readonly finishedAtMs: number | null;
  readonly finishedSequence: number | null;
  /** Empty where nothing was seen. */
  readonly values: readonly number[];
  readonly standardErrors: readonly number[];
  readonly feasible: boolean | null;
  readonly macs: number | null;
  readonly params: number | null;
  readonly reason: FailureReason | null;
  /** Why it failed or was given up. */
  readonly detail: string | null;
}

/** A complete, feasible trial as the front sees it; every value is minimised. */
export interface StoredPoint {
  readonly number: number;
  readonly values: readonly number[];
}

export interface FrontState {
  /** The numbers of the non-dominated points. */
  readonly members: readonly number[];
  /** With respect to a reference point that stays the same through the study. */
  readonly hypervolume: number;
}

/**
 * Called inside the transaction, so that processes that finish at once see each other's trials. Points that have left the front
 * are not passed again: whatever they dominate, a member dominates too.
 */
export type FrontOf = (points: readonly StoredPoint[]) => FrontState;
