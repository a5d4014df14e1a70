/** What happens in a study, as plain data: the loop emits it, a terminal line or one JSON line per event shows it. */
import type { FailureReason } from '../errors/failure.ts';
import type { Limits } from '../objectives/limit.ts';
import type { Quality } from '../stats/quality.ts';
import type { StageReached } from './stage.ts';

export type Interval = readonly [number, number];

/** What a trial has in an objective beside latency and accuracy. */
export interface FurtherValue {
  /** In `unit`: bytes. */
  readonly value: number;
  readonly unit: 'B';
  /** Over that of the dense model: what is minimised. */
  readonly ratio: number;
}

/** By the names of the study. */
export type FurtherValues = Readonly<Record<string, FurtherValue>>;

/** How a study came to its end. */
export type EndedBy = 'trials' | 'time' | 'exhausted' | 'interrupted';

/** The study is open: its search space is known and nothing has been measured in this run. */
export interface StudyStarted {
  readonly kind: 'study-started';
  readonly study: string;
  /** Trials of this study when it is done, those of earlier runs included; null when time alone ends it. */
  readonly trialsPlanned: number | null;
  /** The wall-time budget of this run; null when there is none. */
  readonly timeMs: number | null;
  readonly sites: number;
  /** The number of configurations, in digits or as a power of ten: it does not fit a double. */
  readonly spaceSize: string;
  /** Trials complete or failed before this run; 0 for a new study. */
  readonly resumedFrom: number;
}

/** Trial 0 is observed. */
export interface DenseObserved {
  readonly kind: 'dense';
  readonly latencyMs: number;
  /** Share of the proxy images, 0 to 1. */
  readonly accuracy: number;
  readonly standardError: number;
  readonly images: number;
  /** What accuracy means, as the study names it; missing where images are counted. */
  readonly metric?: string;
  /** What else the study minimises; missing where that is nothing. Its ratios are 1. */
  readonly further?: FurtherValues;
}

/** Single sites are about to be measured, and it is known how long one measurement takes. Not told of computed latencies. */
export interface SweepPlanned {
  readonly kind: 'sweep-planned';
  /** Those that are to come, and all that the sweep would take if there were time; some may be known from earlier runs. */
  readonly measurements: number;
  readonly wanted: number;
  readonly expectedMs: number;
}

/** Single sites were measured: what the tuner starts from. */
export interface SiteTableMeasured {
  readonly kind: 'site-table';
  readonly sites: number;
  /** Measurements of this run, and those that the time did not suffice for. */
  readonly measured: number;
  readonly left: number;
  readonly wallMs: number;
}

/** What a candidate may lose and take; each is missing where there is no such limit, all where they were lifted. */
export interface LimitsSet extends Limits {
  readonly kind: 'limits';
  /** Whether they come from the stored study. */
  readonly resumed: boolean;
}

export interface TrialStarted {
  readonly kind: 'trial-started';
  readonly trial: number;
  readonly strategy: string;
}

export interface TrialFinished {
  readonly kind: 'trial-finished';
  readonly trial: number;
  /** Candidate time over dense time, paired; below 1 is faster. */
  readonly ratio: number;
  /** 95 % interval of `ratio`. */
  readonly interval: Interval;
  readonly latencyMs: number;
  readonly accuracy: number;
  readonly standardError: number;
  /** Dense accuracy minus this one, on the same images; a share, so 0.01 is one point. */
  readonly drop: number;
  /** Of the 95 % interval of `drop`. */
  readonly halfWidth: number;
  /** `disturbed`: other work slowed the machine, so that the ratio is not known. */
  readonly quality: Quality;
  /** What else the study minimises; missing where that is nothing. */
  readonly further?: FurtherValues;
  readonly macs: number;
  readonly onFront: boolean;
  /** Members of the front, the dense model counted. */
  readonly frontSize: number;
  readonly hypervolume: number;
  readonly wallMs: number;
}

/** Given up half-way, since it would hardly have entered the front. */
export interface TrialPruned {
  readonly kind: 'trial-pruned';
  readonly trial: number;
  readonly ratio: number;
  /** Expected of all images, from those that were scored, with the standard error of that. */
  readonly drop: number;
  readonly standardError: number;
  readonly images: number;
}

/** A latency that was disturbed, taken again on a quiet machine. */
export interface RemeasuredTrial {
  readonly kind: 'remeasured';
  readonly trial: number;
  readonly ratio: number;
  /** 95 % interval of `ratio`. */
  readonly interval: Interval;
  /** The ratio that it takes the place of. */
  readonly before: number;
}

export interface TrialFailed {
  readonly kind: 'trial-failed';
  readonly trial: number;
  readonly reason: FailureReason;
  readonly detail: string;
}

/** Something that may have spoilt a measurement, with its remedy; `trial` is null when it concerns the whole study. */
export interface WarningRaised {
  readonly kind: 'warning';
  readonly trial: number | null;
  readonly message: string;
  /** What kind of thing it was, where many may tell of the same. */
  readonly about?: string;
}

/** The front members that are about to be measured again. */
export interface ConfirmStarted {
  readonly kind: 'confirm-started';
  readonly trials: readonly number[];
}

export interface Confirmed {
  readonly kind: 'confirmed';
  readonly trial: number;
  readonly ratio: number;
  readonly interval: Interval;
  readonly accuracy: number;
  readonly drop: number;
  /** Of the 95 % interval of `drop`. */
  readonly halfWidth: number;
  /** `disturbed`: kept, and no confirmation. */
  readonly quality: Quality;
  /** What else the study minimises, those that are exact as the search has them; missing where that is nothing. */
  readonly further?: FurtherValues;
  readonly done: number;
  readonly total: number;
}

/** Confirming has come to its end, or its time is over. */
export interface ConfirmFinished {
  readonly kind: 'confirm-finished';
  readonly study: string;
  /** Members of the front that are confirmed, the dense model counted, and those that are left. */
  readonly confirmed: number;
  readonly left: number;
  /** Of those left, the ones that were measured while other work slowed the machine. */
  readonly disturbed: number;
  readonly timeIsOver: boolean;
}

export interface StudyFinished {
  readonly kind: 'study-finished';
  readonly study: string;
  /** The dense model counted. */
  readonly complete: number;
  readonly pruned: number;
  readonly failed: number;
  readonly frontSize: number;
  readonly wallMs: number;
  readonly endedBy: EndedBy;
}

/** Members of the front that are about to be refined. */
export interface RefineStarted {
  readonly kind: 'refine-started';
  readonly trials: readonly number[];
}

/** One pass over the calibration images. */
export interface RefinePass {
  readonly kind: 'refine-pass';
  readonly trial: number;
  /** From 1 on, of those that are planned now. */
  readonly pass: number;
  readonly passes: number;
  readonly trainLoss: number;
  /** On the images held back, and before the first pass. */
  readonly heldBackLoss: number;
  readonly lossBefore: number;
}

/** A member was refined, or stays as it was. */
export interface Refined {
  readonly kind: 'refined';
  readonly trial: number;
  readonly state: 'refined' | 'unchanged';
  /** Why it stays; empty otherwise. */
  readonly detail: string;
  /** Dense accuracy minus its own on the confirm images, before and after, and the half-width of the latter; equal where it stays. */
  readonly dropBefore: number;
  readonly drop: number;
  readonly halfWidth: number;
  readonly wallMs: number;
  readonly done: number;
  readonly total: number;
}

/** What the inside of a study emits; it knows no time of day. */
export type Happening =
  | StudyStarted
  | StageReached
  | DenseObserved
  | SweepPlanned
  | SiteTableMeasured
  | LimitsSet
  | TrialStarted
  | TrialFinished
  | TrialPruned
  | RemeasuredTrial
  | TrialFailed
  | WarningRaised
  | ConfirmStarted
  | Confirmed
  | ConfirmFinished
  | RefineStarted
  | RefinePass
  | Refined
  | StudyFinished;

export type Emit = (happening: Happening) => void;

/** What a listener gets: what happens, and when. */
export type StudyEvent = Happening & {
  /** Milliseconds since 1970; never less than that of the event before. */
  readonly atMs: number;
};

/** The event as one line of JSON, without the newline. */
export const eventLine = (event: StudyEvent): string => JSON.stringify(event);
