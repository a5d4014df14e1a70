/** One objective of one trial as it was measured, with everything needed to doubt it later. */

import type { Environment } from '../host/environment.ts';
import type { Quality } from '../stats/quality.ts';

/** `search` while the front is looked for; `confirm` at the end, on the images left untouched and with a long run. */
export type Phase = 'search' | 'confirm';

/** A typed warning of the device; only its `kind` matters to the store. */
export interface WarningRecord {
  readonly kind: string;
  readonly [field: string]: unknown;
}

interface Measured {
  /** Latency: median candidate time over median dense time. Accuracy: share of images counted as right. */
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
}

export interface AccuracySamples {
  /** One entry per image: 1 where it is counted as right, else 0. */
  readonly correct: Uint8Array;
  /** One entry per image: the class with the largest output. */
  readonly predictions: Uint16Array;
  /** Where the images stand in the subset, one place per image; absent when it is the whole subset in its order. */
  readonly places?: Int32Array;
}

/** An observation with its raw samples, as it is written. At most one of each kind in each phase of a trial. */
export type Observation = (LatencySummary & LatencySamples) | (AccuracySummary & AccuracySamples);

/** An observation without its raw samples, as listings give it. */
export type ObservationSummary = (LatencySummary | AccuracySummary) & Stored;

/** An observation with its raw samples, as it is read. */
export type StoredObservation = Observation & Stored;

export interface Stored {
  readonly phase: Phase;
  /** Milliseconds since 1970. */
  readonly storedAtMs: number;
}
