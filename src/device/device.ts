import type { Attempt } from '../errors/failure.ts';
import type { Whereabouts } from '../host/environment.ts';
import type { Model } from '../onnx/graph.ts';
import type { LatencyStatistic } from '../stats/latency-statistic.ts';
import type { Quality } from '../stats/quality.ts';
import type { Conditions } from './conditions.ts';
import type { Energy } from './energy/energy.ts';
import type { NodeTimings } from './node-times.ts';
import type { Warning } from './warning.ts';

/** An ONNX file on disk and the SHA-256 (hexadecimal) of its bytes. */
export interface ModelFile {
  readonly path: string;
  readonly sha256: string;
}

export interface LatencyBudget {
  /**
   * Sampling ends when more sessions would narrow the 95 % interval of the ratio by no more than this share of it, 0.01 by default;
   * what changes between measurements comes on top.
   */
  readonly halfWidth: number;
  /** Sampling ends after this many milliseconds of calls on a quiet machine, warm-up not counted. */
  readonly maxMs: number;
  /** At least this many pairs are taken before the interval may end it. */
  readonly minPairs: number;
  /** Seeds the order of the calls. */
  readonly seed: number;
  /** Sessions of the runtime that the interval rests on, at least; 5 by default, 1 for a first impression. */
  readonly sessions?: number | undefined;
  /** How long to wait in all for a quiet machine before a disturbed figure is taken; 0 by default. */
  readonly waitMs?: number | undefined;
  /** Whether the runtime's threads spin while they wait within a call, as they do by default; false to measure as older versions did. */
  readonly spinning?: boolean | undefined;
  /** What of the times is compared: their median by default; a tail needs more pairs (`leastPairsFor`). */
  readonly statistic?: LatencyStatistic | undefined;
  /** What the reference takes when the machine is quiet, as far as it is known; whoever measures looks up its own processor. */
  readonly quietReferenceMs?: QuietTimes | undefined;
}

/** Milliseconds (median) of the reference on a quiet machine, by processor (`Environment.cpuModel`). */
export type QuietTimes = Readonly<Record<string, number>>;

/** Candidate against reference, their calls randomly interleaved in one process, in several sessions. Plain JSON. */
export interface PairedLatency extends Whereabouts {
  /**
   * The geometric mean over sessions of median candidate time over median reference time, after what slowed both down was taken
   * out (`stats/levelled.ts`); below 1 is faster.
   */
  readonly ratio: number;
  /** 95 % interval of the ratio over sessions (`stats/session-interval.ts`). */
  readonly interval: readonly [number, number];
  /** Medians of the raw samples, or the tail that `conditions.statistic` names. */
  readonly candidateMs: number;
  readonly referenceMs: number;
  /** Raw samples in milliseconds, in the order in which they were taken; equal lengths. */
  readonly candidateSamplesMs: readonly number[];
  readonly referenceSamplesMs: readonly number[];
  /** A disturbed one is shown as such, and never counts as known; its interval holds what disturbance is known to do. */
  readonly quality: Quality;
  readonly conditions: Conditions;
  readonly endedBy: 'interval' | 'time' | 'exact';
  /** Of one call of either model; missing where nothing measures it. */
  readonly energy?: Energy;
  readonly warnings: readonly Warning[];
  readonly wallMs: number;
}

/** What loading and running a model adds to the peak resident memory of a fresh process. Plain JSON. */
export interface PeakMemory extends Whereabouts {
  /** In KiB (1024 bytes), one sample per process. */
  readonly samplesKib: readonly number[];
  readonly wallMs: number;
}

export interface Device {
  readonly driver: string;
  /** Whether its latencies are computed, so that they have no noise and are the same again everywhere. */
  readonly exact: boolean;
  /**
   * Fails, and does not throw, when a model cannot be run; the device is usable afterwards. Throws a UserError when the
   * profile does not fit the models (a fixed batch size that is another one, a dynamic size that nobody gave).
   *
   * @param uncorrected the candidate's bytes before a scale per channel went into its weights: a device elsewhere that has slices of the
   * same factors needs only the scales
   */
  latency(
    candidate: ModelFile,
    reference: ModelFile,
    budget: LatencyBudget,
    uncorrected?: (() => Uint8Array) | undefined,
  ): Promise<Attempt<PairedLatency>>;
  /**
   * Where the time of a model goes, node by node, over so many runs; missing where the driver cannot tell. Throws as `latency` does.
   *
   * @param model `model` is its graph where that is read already
   */
  nodeTimes?(model: ModelFile & { readonly model?: Model }, runs: number): Promise<Attempt<NodeTimings>>;
  /** Missing where the driver cannot tell; fails where its machine cannot. Throws as `latency` does. */
  peakMemory?(model: ModelFile): Promise<Attempt<PeakMemory>>;
  /** A measurement under way fails as `interrupted`, and so does every later one. A second call is harmless. */
  close(): Promise<void>;
}
