import type { Attempt } from '../errors/failure.ts';
import type { Quality } from '../stats/quality.ts';
import type { Conditions } from './conditions.ts';
import type { Warning } from './warning.ts';

/** An ONNX file on disk and the SHA-256 (hexadecimal) of its bytes. */
export interface ModelFile {
  readonly path: string;
  readonly sha256: string;
}

export interface LatencyBudget {
  /** Sampling ends when the 95 % interval of the ratio is within +- this share of it, 0.01 by default. */
  readonly halfWidth: number;
  /**
   * Sampling ends after this many milliseconds, warm-up not counted; where other processes take cores away meanwhile, it goes
   * on for up to three times as long.
   */
  readonly maxMs: number;
  /** At least this many pairs are taken before the interval may end it. */
  readonly minPairs: number;
  /** Seeds the order of the calls and the bootstrap. */
  readonly seed: number;
}

/** Candidate against reference, their calls randomly interleaved in one process. */
export interface PairedLatency {
  /**
   * Median candidate time over median reference time, after what slowed both down was taken out (`stats/levelled.ts`); below 1
   * is faster. Where load came and went it is nearer to the truth than `candidateMs / referenceMs`.
   */
  readonly ratio: number;
  /** 95 % bootstrap interval of the ratio. */
  readonly interval: readonly [number, number];
  /** Medians of the raw samples. */
  readonly candidateMs: number;
  readonly referenceMs: number;
  /** Raw samples in milliseconds, in the order in which they were taken; equal lengths. */
  readonly candidateSamplesMs: readonly number[];
  readonly referenceSamplesMs: readonly number[];
  /** A disturbed one is shown as such, and never counts as known; its interval holds what disturbance is known to do. */
  readonly quality: Quality;
  readonly conditions: Conditions;
  readonly endedBy: 'interval' | 'time' | 'exact';
  readonly warnings: readonly Warning[];
  readonly wallMs: number;
}

export interface Device {
  readonly driver: string;
  /**
   * Fails, and does not throw, when a model cannot be run; the device is usable afterwards. Throws a UserError when the
   * profile does not fit the models (a fixed batch size that is another one, a dynamic size that nobody gave).
   */
  latency(candidate: ModelFile, reference: ModelFile, budget: LatencyBudget): Promise<Attempt<PairedLatency>>;
  /** A measurement under way fails as `interrupted`, and so does every later one. A second call is harmless. */
  close(): Promise<void>;
}
