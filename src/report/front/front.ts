/**
 * The front of a study as an engineer reads it, as plain data: latency against accuracy, each with its interval, the dense model among
 * them. Everything that shows, picks or exports a front starts from this plain data.
 *
 * Notation: r = candidate time over dense time (paired), s = 1 / r the speed-up, L = dense latency, a = accuracy of the
 * candidate and A of the dense model on the same images, drop = A - a. Accuracies are shares, 0.01 is one point.
 */
import type { Assignment } from '../../decompose/method.ts';
import type { Interval } from '../../events/event.ts';
import type { Limits } from '../../objectives/limit.ts';
import type { LatencyStatistic } from '../../stats/latency-statistic.ts';
import type { Quality } from '../../stats/quality.ts';
import type { LossList } from '../../stats/two-phases.ts';
import type { ConditionsRecord } from '../../store/observation.ts';
import type { Changed } from '../change.ts';
import type { FurtherFigure } from './further.ts';

export type FrontLimits = Limits;

/** What was seen of one trial in one phase. */
export interface Measurement {
  /** r; below 1 is faster. */
  readonly ratio: number;
  /** 95 % interval of r. */
  readonly interval: Interval;
  /** Whether the machine let the ratio be known. */
  readonly latencyQuality: Quality;
  /** What spoke for or against it; null where that was not kept. */
  readonly conditions: ConditionsRecord | null;
  readonly accuracy: number;
  /** Where images are not counted. */
  readonly accuracyStandardError?: number;
  /** A - a, paired image by image; negative when the candidate is right more often. */
  readonly drop: number;
  readonly dropStandardError: number;
  /** Whether images have grades and are not counted as right or wrong; they are counted when missing. */
  readonly graded?: boolean;
  /** Image by image: 1 where only the dense model is right, -1 where only the candidate is, else 0. Missing where that is not known. */
  readonly losses?: LossList;
  /** What the study measures beside latency and accuracy; none when missing. */
  readonly further?: readonly FurtherFigure[];
}

/** The dense model in one phase; `images` is how many images every accuracy of the phase rests on. */
export interface DenseMeasurement {
  readonly latencyMs: number;
  /** Disturbed where not one measurement of the phase was good. */
  readonly latencyQuality: Quality;
  readonly accuracy: number;
  /** Of `accuracy`, where images are not counted. */
  readonly accuracyStandardError?: number;
  readonly images: number;
  readonly further?: readonly FurtherFigure[];
}

/** A complete, feasible trial other than 0. */
export interface TrialInput {
  readonly trial: number;
  readonly configuration: Assignment;
  readonly macs: number;
  readonly params: number;
  readonly search: Measurement;
  /** The measurement on untouched images with a long latency run; null for a trial that was not confirmed. */
  readonly confirm: Measurement | null;
  /** The same of the candidate with its refined weights; null or missing for a trial that was not refined. */
  readonly refined?: Measurement | null;
}

/** What the latencies are of. */
export interface DeviceName {
  /** As the hardware profile calls it. */
  readonly name: string;
  /** Whether latencies are computed from a model of it, and not measured. */
  readonly computed: boolean;
  /** Images that a call takes. */
  readonly batchSize?: number;
  /** What its milliseconds are of the calls, where not their median. */
  readonly statistic?: LatencyStatistic;
}

export interface FrontInput {
  readonly study: string;
  /** Null where the profile cannot be read any more. */
  readonly device?: DeviceName | null;
  /** Names of what is minimised or maximised, such as `latency` and `top1` or `agreement`. */
  readonly objectives: readonly string[];
  readonly dense: {
    readonly macs: number;
    readonly params: number;
    readonly search: DenseMeasurement;
    readonly confirm: DenseMeasurement | null;
  };
  readonly trials: readonly TrialInput[];
  /** What trials are held to; missing or empty without limits. */
  readonly limits?: FrontLimits;
  /** Whether any trial has come to an end, also one that is in no list; true when missing. */
  readonly tried?: boolean;
  /** Whether to report confirmed figures where there are any; else those of the search. */
  readonly confirmed: boolean;
  /** Stored numbers that are not what they were made from, a line each; the trials they belong to are left out. */
  readonly doubts?: readonly string[];
}

/** A trial's numbers in one phase. */
export interface Figures {
  /** L r, with L of the same phase; at the top of a point, that of the dense model of the report. */
  readonly latencyMs: number;
  /** A disturbed latency and its speed-up are shown, and never count as known. */
  readonly latencyQuality: Quality;
  readonly conditions: ConditionsRecord | null;
  readonly speedup: number;
  /** 95 %: the interval of r, inverted. */
  readonly speedupCi: Interval;
  readonly accuracy: number;
  /** 95 %: Wilson's, where images are counted. */
  readonly accuracyCi: Interval;
  /** A - a: positive for a loss. */
  readonly drop: number;
  readonly dropStandardError: number;
  readonly graded?: boolean;
  /** How many images the accuracy rests on. */
  readonly images: number;
  /** The other objectives of the study, in its order; empty where latency and accuracy are all. */
  readonly further: readonly FurtherFigure[];
}

/** The figures that are reported, and those of both phases beside them. */
export interface FrontPoint extends Figures {
  /** 0 is the dense model. */
  readonly trial: number;
  readonly macs: number;
  readonly params: number;
  /** Whether `latencyMs` and the others on this level are from the confirm phase, and its latency is good. */
  readonly confirmed: boolean;
  readonly configuration: Assignment;
  /** A trial that is no worse in any objective, better in one of them and as well known; null for none. */
  readonly dominatedBy: number | null;
  /** The change of accuracy that it is judged by, from the images of both phases. */
  readonly judged: Judged;
  readonly search: Figures;
  readonly confirm: Figures | null;
  /** With its refined weights; null for a trial that was not refined. */
  readonly refined: Figures | null;
  /** Whether the figures at the top are those. */
  readonly isRefined: boolean;
}

export interface FrontReport {
  readonly study: string;
  readonly device: DeviceName | null;
  /** What trials were held to; empty without limits. Trials beyond them are not in the report. */
  readonly limits: FrontLimits;
  readonly objectives: readonly string[];
  /** Whether any trial but the dense model has come to an end; until then nothing is known. */
  readonly tried: boolean;
  /** Whether confirmed figures are reported where there are any; false where there are none, too. */
  readonly confirmed: boolean;
  readonly dense: FrontPoint;
  /** How many images the accuracies of the search rest on. */
  readonly searchImages: number;
  /** How many images every confirmed accuracy rests on; null before the dense model is confirmed. */
  readonly confirmImages: number | null;
  /** Sorted by latency. The dense model is always one of them: it is what a user runs when nothing else is worth it. */
  readonly points: readonly FrontPoint[];
  /** The trials that others beat, sorted by latency; once confirmed, these left the front. */
  readonly dominated: readonly FrontPoint[];
  /** Stored numbers that do not add up, a line each; the trials they belong to are left out. */
  readonly doubts: readonly string[];
  /** `points` as they are by the best figures there are, whatever is reported: what headlines and picks judge. */
  readonly best: readonly FrontPoint[];
}

/** The change that headlines, picks and the front go by; the figures of a phase stay what they were measured to be. */
export interface Judged extends Changed {
  /** How many images it rests on. */
  readonly images: number;
  /** Of the paired difference on one image. */
  readonly deviation: number;
  readonly by: 'search' | 'confirm' | 'both' | 'refined';
  /** Whether the images of the two phases say different things, beyond what chance explains: the interval then holds both. */
  readonly contradicted: boolean;
}
