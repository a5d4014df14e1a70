/**
 * The front of a study as an engineer reads it: latency against accuracy, each with its interval, the dense model among
 * them. Everything that shows, picks or exports a front starts from this plain data.
 *
 * Notation: r = candidate time over dense time (paired), s = 1 / r the speed-up, L = dense latency, a = accuracy of the
 * candidate and A of the dense model on the same images, drop = A - a. Accuracies are shares, 0.01 is one point.
 */
import type { Assignment } from '../decompose/method.ts';
import { wilsonInterval } from '../stats/proportion.ts';
import type { Quality } from '../stats/quality.ts';
import type { ConditionsRecord } from '../store/observation.ts';
import type { Interval, LimitsSet } from './event.ts';
import { type Judged, judgedChanges } from './judged.ts';
import { beatenBy } from './standing.ts';

export type FrontLimits = Omit<LimitsSet, 'kind' | 'resumed'>;

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
  /** A - a, paired image by image; negative when the candidate is right more often. */
  readonly drop: number;
  readonly dropStandardError: number;
  /** Image by image: 1 where only the dense model is right, -1 where only the candidate is, else 0. Missing where that is not known. */
  readonly losses?: Int8Array;
}

/** The dense model in one phase; `images` is how many images every accuracy of the phase rests on. */
export interface DenseMeasurement {
  readonly latencyMs: number;
  /** Disturbed where not one measurement of the phase was good. */
  readonly latencyQuality: Quality;
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

/** What the latencies are of. */
export interface DeviceName {
  /** As the hardware profile calls it. */
  readonly name: string;
  /** Whether latencies are computed from a model of it, and not measured. */
  readonly computed: boolean;
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
  /** 95 %, Wilson. */
  readonly accuracyCi: Interval;
  /** A - a: positive for a loss. */
  readonly drop: number;
  readonly dropStandardError: number;
  /** How many images the accuracy rests on. */
  readonly images: number;
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
  /** A trial that is no slower, no less accurate, better in one of the two and as well known; null for none. */
  readonly dominatedBy: number | null;
  /** The change of accuracy that it is judged by, from the images of both phases. */
  readonly judged: Judged;
  readonly search: Figures;
  readonly confirm: Figures | null;
}

export interface FrontReport {
  readonly study: string;
  readonly device: DeviceName | null;
  /** What trials were held to; empty without limits. Trials beyond them are not in the report. */
  readonly limits: FrontLimits;
  readonly objectives: readonly string[];
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

export function frontReport(input: FrontInput): FrontReport {
  const { study, objectives, dense } = input;
  const any = input.trials.some(trial => isConfirmed(trial, dense));
  const judged = judgedChanges(input.trials, {
    search: dense.search.images,
    confirm: (dense.confirm ?? dense.search).images,
  });
  const search = frontBy({ ...input, confirmed: false }, judged);
  const best = any ? bestFront(input, search, judged) : search;
  const confirmed = input.confirmed && any;
  const { all, members } = confirmed ? best : search;
  return {
    study,
    device: input.device ?? null,
    limits: input.limits ?? {},
    objectives,
    confirmed,
    dense: all.find(({ trial }) => trial === 0) ?? densePoint(input),
    searchImages: dense.search.images,
    confirmImages: dense.confirm?.images ?? null,
    points: members,
    dominated: all.filter(point => !members.includes(point)),
    best: best.members,
    doubts: input.doubts ?? [],
  };
}

interface Front {
  readonly all: readonly FrontPoint[];
  readonly members: readonly FrontPoint[];
}

/** Once a trial is confirmed: all that are, and of the others those that the search would have on its front. */
function bestFront(input: FrontInput, search: Front, judged: ReadonlyMap<number, Judged>): Front {
  const candidates = new Set(search.members.map(({ trial }) => trial));
  const trials = input.trials.filter(trial => isConfirmed(trial, input.dense) || candidates.has(trial.trial));
  return frontBy({ ...input, confirmed: true, trials }, judged);
}

function frontBy(input: FrontInput, judged: ReadonlyMap<number, Judged>): Front {
  const points = [densePoint(input), ...input.trials.map(trial => pointOf(trial, input, judged))].sort(byLatency);
  const beaten = beatenBy(points, input.confirmed ? point => point.judged.drop : point => point.drop);
  const all = points.map((point, index) => ({ ...point, dominatedBy: beaten[index] ?? null }));
  return { all, members: all.filter(point => point.trial === 0 || point.dominatedBy === null) };
}

/** A disturbed latency of the confirm phase is kept, and confirms nothing. */
const isConfirmed = ({ confirm }: TrialInput, dense: FrontInput['dense']): boolean =>
  dense.confirm !== null && confirm?.latencyQuality === 'good';

/** By latency; where that is equal by what is lost, the least first, then by trial. */
const byLatency = (a: FrontPoint, b: FrontPoint): number =>
  a.latencyMs - b.latencyMs || a.drop - b.drop || a.trial - b.trial;

function densePoint({ dense, objectives, confirmed }: FrontInput): FrontPoint {
  // Agreement compares with the dense model, which agrees with itself by definition and not by sampling.
  const exact = objectives.includes('agreement');
  const figures = ({ latencyMs, latencyQuality, accuracy, images }: DenseMeasurement): Figures => ({
    latencyMs,
    latencyQuality,
    conditions: null,
    speedup: 1,
    speedupCi: [1, 1],
    accuracy,
    accuracyCi: exact ? [accuracy, accuracy] : wilsonInterval(accuracy, images),
    drop: 0,
    dropStandardError: 0,
    images,
  });
  const search = figures(dense.search);
  const confirm = dense.confirm && figures(dense.confirm);
  const reported = (confirmed && confirm) || search;
  return {
    ...reported,
    trial: 0,
    macs: dense.macs,
    params: dense.params,
    confirmed: reported === confirm,
    configuration: {},
    dominatedBy: null,
    judged: {
      drop: 0,
      halfWidth: 0,
      images: reported.images,
      deviation: 0,
      by: reported === confirm ? 'confirm' : 'search',
      contradicted: false,
    },
    search,
    confirm,
  };
}

function pointOf(trial: TrialInput, input: FrontInput, judged: ReadonlyMap<number, Judged>): FrontPoint {
  const { dense, confirmed } = input;
  const { macs, params, configuration } = trial;
  const search = figuresOf(trial.search, dense.search);
  const confirm = trial.confirm && dense.confirm && figuresOf(trial.confirm, dense.confirm);
  // Where both latencies are disturbed, the longer run on untouched images is the better one.
  const preferred = confirm && (confirm.latencyQuality === 'good' || search.latencyQuality === 'disturbed');
  const reported = confirmed && preferred ? confirm : search;
  const found = judged.get(trial.trial);
  if (!found) throw new Error(`trial ${trial.trial} is not judged`);
  return {
    ...reported,
    // One dense model is shown, so that milliseconds of both phases can be compared.
    latencyMs: ((confirmed && dense.confirm) || dense.search).latencyMs / reported.speedup,
    trial: trial.trial,
    macs,
    params,
    confirmed: reported === confirm && reported.latencyQuality === 'good',
    configuration,
    dominatedBy: null,
    judged: found,
    search,
    confirm,
  };
}

/** @param dense its `images` are those that the candidate was scored on */
export function figuresOf(seen: Measurement, dense: DenseMeasurement): Figures {
  const [low, high] = seen.interval;
  return {
    latencyMs: dense.latencyMs * seen.ratio,
    latencyQuality: seen.latencyQuality,
    conditions: seen.conditions,
    speedup: 1 / seen.ratio,
    speedupCi: [1 / high, 1 / low],
    accuracy: seen.accuracy,
    accuracyCi: wilsonInterval(seen.accuracy, dense.images),
    drop: seen.drop,
    dropStandardError: seen.dropStandardError,
    images: dense.images,
  };
}
