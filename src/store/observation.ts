/** One objective of one trial as it was measured, with everything needed to doubt it later. */

import type { Environment } from '../host/environment.ts';
import type { LatencyStatistic } from '../stats/latency-statistic.ts';
import type { Marks } from '../stats/marks.ts';
import type { Quality } from '../stats/quality.ts';
import type { Encoding } from './packing.ts';

/**
 * `search` while the front is looked for; `confirm` at the end, on the images left untouched and with a long run; `refined` once more on
 * these, of the candidate with its refined weights.
 */
export type Phase = 'search' | 'confirm' | 'refined';

/** In these a candidate is timed. */
export type TimedPhase = Exclude<Phase, 'refined'>;

/** A typed warning of the device; only its `kind` matters to the store. */
export interface WarningRecord {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** What every observation has, whatever its kind. */
export interface Measured {
  /** Latency: median (or tail) of the candidate over that of the dense model. Accuracy: share of images counted as right. Else over what the dense model has. */
  readonly value: number;
  readonly standardError: number;
  /** 95 % interval of `value`. */
  readonly interval: readonly [number, number];
  readonly warnings: readonly WarningRecord[];
  readonly wallMs: number;
  /** Processes that ran or waited on the machine when it was taken (`currentLoad`). */
  readonly load: number;
  readonly environment: Environment;
}

export interface LatencySummary extends Measured {
  readonly kind: 'latency';
  readonly candidateMs: number;
  /** The dense model, interleaved with the candidate. */
  readonly referenceMs: number;
  readonly endedBy: string;
  /** Of observations from before this was kept: `disturbed` where other load was warned of, else `good`. */
  readonly quality: Quality;
  /** What spoke for or against it; null for observations from before this was kept. */
  readonly conditions: ConditionsRecord | null;
  /** Where the device measured it. */
  readonly energy?: EnergyRecord;
}

/** Joules of one call while both models were timed; plain JSON (docs/decisions/0029). */
export interface EnergyRecord {
  /** `rapl`: the processor's own counters, of the whole package. `command`: watts that the `power` command of the profile printed. */
  readonly source: 'rapl' | 'command';
  readonly candidateJoules: number;
  readonly referenceJoules: number;
  /** How often the counters, or the watts, were read. */
  readonly readings: number;
  /** False where both models share one mean power, since their calls alternate faster than it is read. */
  readonly apart: boolean;
}

/** How a latency was taken, as the device tells it; plain JSON. */
export interface ConditionsRecord {
  /** By which ratio and interval follow from the samples. */
  readonly rule: number;
  /** How many of the pairs each session of the runtime gave, in the order of the samples. */
  readonly sessionPairs: readonly number[];
  /** Pairs that were timed and left out, since the machine was busy meanwhile. */
  readonly pairsLeftOut: number;
  /** Time spent waiting for a quiet machine. */
  readonly waitedMs: number;
  /** Time of the dense model over what it takes here when the machine is quiet; null where that is not known. */
  readonly slowdown: number | null;
  /** What was seen in the way, as typed records; only their `kind` matters to the store. */
  readonly causes: readonly WarningRecord[];
  /** What ratio and milliseconds are of, where not of medians: `p90` or `p99`. */
  readonly statistic?: LatencyStatistic;
  /** With such a tail: the median of the dense model. */
  readonly referenceMedianMs?: number;
  /** Where the models were timed in blocks, one after the other: whether the candidate came first, for each session. */
  readonly candidateFirst?: readonly boolean[];
  /** Where a sample is a figure of many calls: which, and of how many where that is known. */
  readonly summaries?: { readonly statistic: string; readonly calls: number | null };
}

export interface LatencySamples {
  /**
   * Milliseconds in the order in which they were taken. They are kept as 32-bit floats, so that what is read is `Math.fround` of
   * what was written: 4 ns at 50 ms, below the resolution of any clock used here.
   */
  readonly candidateSamplesMs: readonly number[];
  readonly referenceSamplesMs: readonly number[];
}

export interface AccuracySummary extends Measured {
  readonly kind: 'accuracy';
  readonly images: number;
  /**
   * Accuracy of the dense model minus this one, on the images that both have answered, and its standard error (`pairedAccuracy`). Absent
   * for the dense model itself, and where its answers in that phase were not known.
   */
  readonly drop?: number;
  readonly dropStandardError?: number;
}

export interface AccuracySamples {
  /** One entry per image: flags, 1 where it is counted as right, else 0; or grades, whose mean is the value. */
  readonly correct: Marks;
  /** One entry per image: the class with the largest output. Absent where no classes are asked for. */
  readonly predictions?: Uint16Array;
  /** Where the images stand in the subset, one place per image; absent when it is the whole subset in its order. */
  readonly places?: Int32Array;
}

/** Of the model's file: the candidate's bytes over the dense model's. */
export interface SizeSummary extends Measured {
  readonly kind: 'size';
  readonly bytes: number;
  readonly referenceBytes: number;
}

/** What loading and running the model adds to the peak of resident memory: the candidate's over the dense model's. */
export interface MemorySummary extends Measured {
  readonly kind: 'memory';
  readonly bytes: number;
  readonly referenceBytes: number;
}

export interface MemorySamples {
  /** One entry per process that loaded and ran the model. */
  readonly candidateSamplesKib: readonly number[];
  readonly referenceSamplesKib: readonly number[];
}

/**
 * An observation with its raw samples, as it is written. At most one of each kind in each phase of a trial.
 *
 * What it holds beside `Measured` follows one rule, so that a store keeps a new kind as it keeps these: lists of numbers, flags and integers
 * at the top are samples; all else is a fact, plain JSON.
 */
export type Observation =
  | (LatencySummary & LatencySamples)
  | (AccuracySummary & AccuracySamples)
  | SizeSummary
  | (MemorySummary & MemorySamples);

/** An observation without its raw samples, as listings give it. */
export type ObservationSummary = (LatencySummary | AccuracySummary | SizeSummary | MemorySummary) & Stored;

/** An observation with its raw samples, as it is read. */
export type StoredObservation = Observation & Stored;

export interface Stored {
  readonly phase: Phase;
  /** Milliseconds since 1970. */
  readonly storedAtMs: number;
}

type Fact = 'number' | 'text' | 'record';

/** What is known of a kind: it is demanded when an observation is written and when it is read. */
export interface ObservationShape {
  readonly facts: Readonly<Record<string, Fact>>;
  /** These may be null or absent. */
  readonly optionalFacts: Readonly<Record<string, Fact>>;
  /** How each is packed follows from what kind of list it is. */
  readonly samples: Readonly<Record<string, Encoding | readonly Encoding[]>>;
  readonly optionalSamples: Readonly<Record<string, Encoding>>;
  /** How long the lists of samples are: as long as each other, as long as a fact of that name says, or each as it is. */
  readonly lengths: 'equal' | 'free' | { readonly fact: string };
}

const none = {} as const;

/** A kind that is not here is kept and read as it is. */
export const shapes: ReadonlyMap<string, ObservationShape> = new Map<string, ObservationShape>([
  [
    'latency',
    {
      facts: { candidateMs: 'number', referenceMs: 'number', endedBy: 'text', quality: 'text' },
      optionalFacts: { conditions: 'record', energy: 'record' },
      samples: { candidateSamplesMs: 'float32', referenceSamplesMs: 'float32' },
      optionalSamples: none,
      lengths: 'equal',
    },
  ],
  [
    'accuracy',
    {
      facts: { images: 'number' },
      optionalFacts: { drop: 'number', dropStandardError: 'number' },
      samples: { correct: ['bits', 'float32'] },
      optionalSamples: { predictions: 'uint16', places: 'int32' },
      lengths: { fact: 'images' },
    },
  ],
  [
    'size',
    {
      facts: { bytes: 'number', referenceBytes: 'number' },
      optionalFacts: none,
      samples: none,
      optionalSamples: none,
      lengths: 'free',
    },
  ],
  [
    'memory',
    {
      facts: { bytes: 'number', referenceBytes: 'number' },
      optionalFacts: none,
      samples: { candidateSamplesKib: 'float32', referenceSamplesKib: 'float32' },
      optionalSamples: none,
      lengths: 'free',
    },
  ],
]);
