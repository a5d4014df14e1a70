/**
 * The front of a study as an engineer reads it: latency against accuracy, each with its interval, the dense model among
 * them. Everything that shows, picks or exports a front starts from this plain data.
 *
 * Notation: r = candidate time over dense time (paired), s = 1 / r the speed-up, L = dense latency, a = accuracy of the
 * candidate and A of the dense model on the same images, drop = A - a. Accuracies are shares, 0.01 is one point.
 */
import type { Assignment } from '../decompose/method.ts';
import { wilsonInterval } from '../stats/proportion.ts';
import { dominators } from './dominance.ts';
import type { Interval, LimitsSet } from './event.ts';

export type FrontLimits = Omit<LimitsSet, 'kind' | 'resumed'>;

/** What was seen of one trial in one phase. */
export interface Measurement {
  /** r; below 1 is faster. */
  readonly ratio: number;
  /** 95 % interval of r. */
  readonly interval: Interval;
  readonly accuracy: number;
  /** A - a, paired image by image; negative when the candidate is right more often. */
  readonly drop: number;
  readonly dropStandardError: number;
}

/** The dense model in one phase; `images` is how many images every accuracy of the phase rests on. */
export interface DenseMeasurement {
  readonly latencyMs: number;
  readonly accuracy: number;
  readonly images: number;
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
}

export interface FrontInput {
  readonly study: string;
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
  /** Whether to report the figures of the confirm phase, of the trials that have them. */
  readonly confirmed: boolean;
  /** Stored numbers that are not what they were made from, a line each; the trials they belong to are left out. */
  readonly doubts?: readonly string[];
}

/** A trial's numbers in one phase. */
export interface Figures {
  /** L r, with L of the same phase. */
  readonly latencyMs: number;
  readonly speedup: number;
  /** 95 %: the interval of r, inverted. */
  readonly speedupCi: Interval;
  readonly accuracy: number;
  /** 95 %, Wilson. */
  readonly accuracyCi: Interval;
  readonly drop: number;
  readonly dropStandardError: number;
}

/** The figures of the phase that is reported, and those of both phases beside them. */
export interface FrontPoint extends Figures {
  /** 0 is the dense model. */
  readonly trial: number;
  readonly macs: number;
  readonly params: number;
  /** Whether `latencyMs` and the others on this level are from the confirm phase. */
  readonly confirmed: boolean;
  readonly configuration: Assignment;
  /** A trial that is no slower, no less accurate and better in one of the two; null for none. */
  readonly dominatedBy: number | null;
  readonly search: Figures;
  readonly confirm: Figures | null;
}

export interface FrontReport {
  readonly study: string;
  /** What trials were held to; empty without limits. Trials beyond them are not in the report. */
  readonly limits: FrontLimits;
  readonly objectives: readonly string[];
  /** The phase whose figures are reported. */
  readonly confirmed: boolean;
  readonly dense: FrontPoint;
  /** Proxy or confirm images, as `confirmed` says. */
  readonly images: number;
  /** How many images every confirmed accuracy rests on; null before the dense model is confirmed. */
  readonly confirmImages: number | null;
  /** Sorted by latency. The dense model is always one of them: it is what a user runs when nothing else is worth it. */
  readonly points: readonly FrontPoint[];
  /** The trials of this phase that others dominate, sorted by latency; once confirmed, these left the front. */
  readonly dominated: readonly FrontPoint[];
  /** Stored numbers that do not add up, a line each; the trials they belong to are left out. */
  readonly doubts: readonly string[];
}

/** Without any confirmed trial a `confirmed` report holds the dense model alone. */
export function frontReport(input: FrontInput): FrontReport {
  const { study, objectives, confirmed } = input;
  const denseOfPhase = confirmed ? input.dense.confirm : input.dense.search;
  const dense = densePoint(input);
  const trials = input.trials.flatMap(trial => pointOf(trial, input) ?? []);
  const all = [dense, ...trials].sort(byLatency);
  const dominatedBy = dominators(all.map(({ latencyMs, accuracy }) => [latencyMs, -accuracy]));
  const judged = all.map((point, index) => ({ ...point, dominatedBy: all[dominatedBy[index] ?? -1]?.trial ?? null }));
  const onFront = (point: FrontPoint): boolean => point.trial === 0 || point.dominatedBy === null;
  return {
    study,
    limits: input.limits ?? {},
    objectives,
    confirmed,
    dense: judged.find(({ trial }) => trial === 0) ?? dense,
    images: (denseOfPhase ?? input.dense.search).images,
    confirmImages: input.dense.confirm?.images ?? null,
    points: judged.filter(onFront),
    dominated: judged.filter(point => !onFront(point)),
    doubts: input.doubts ?? [],
  };
}

/** By latency; where that is equal by accuracy, the better first, then by trial. */
const byLatency = (a: FrontPoint, b: FrontPoint): number =>
  a.latencyMs - b.latencyMs || b.accuracy - a.accuracy || a.trial - b.trial;

function densePoint({ dense, objectives, confirmed }: FrontInput): FrontPoint {
  // Agreement compares with the dense model, which agrees with itself by definition and not by sampling.
  const exact = objectives.includes('agreement');
  const figures = ({ latencyMs, accuracy, images }: DenseMeasurement): Figures => ({
    latencyMs,
    speedup: 1,
    speedupCi: [1, 1],
    accuracy,
    accuracyCi: exact ? [accuracy, accuracy] : wilsonInterval(accuracy, images),
    drop: 0,
    dropStandardError: 0,
  });
  const search = figures(dense.search);
  const confirm = dense.confirm && figures(dense.confirm);
  return {
    ...((confirmed && confirm) || search),
    trial: 0,
    macs: dense.macs,
    params: dense.params,
    confirmed: confirmed && confirm !== null,
    configuration: {},
    dominatedBy: null,
    search,
    confirm,
  };
}

/** Null for a trial that has no figures in the reported phase. */
function pointOf(trial: TrialInput, { dense, confirmed }: FrontInput): FrontPoint | null {
  const search = figuresOf(trial.search, dense.search);
  const confirm = trial.confirm && dense.confirm && figuresOf(trial.confirm, dense.confirm);
  const reported = confirmed ? confirm : search;
  if (!reported) return null;
  const { macs, params, configuration } = trial;
  return {
    ...reported,
    trial: trial.trial,
    macs,
    params,
    confirmed,
    configuration,
    dominatedBy: null,
    search,
    confirm,
  };
}

/** @param dense its `images` are those that the candidate was scored on */
export function figuresOf(seen: Measurement, dense: DenseMeasurement): Figures {
  const [low, high] = seen.interval;
  return {
    latencyMs: dense.latencyMs * seen.ratio,
    speedup: 1 / seen.ratio,
    speedupCi: [1 / high, 1 / low],
    accuracy: seen.accuracy,
    accuracyCi: wilsonInterval(seen.accuracy, dense.images),
    drop: seen.drop,
    dropStandardError: seen.dropStandardError,
  };
}
