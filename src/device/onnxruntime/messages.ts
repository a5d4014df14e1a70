/** What the driver asks of its child process and what it gets back. */

import type { LatencyBudget, ModelFile, PairedLatency } from '../device.ts';
import type { Misfit } from '../free-dimensions.ts';
import type { HardwareProfile } from '../profile.ts';

/** What of a profile decides how a session runs. */
export type SessionSettings = Pick<
  HardwareProfile,
  'provider' | 'threads' | 'graphOptimization' | 'batchSize' | 'inputShape'
>;

export type Request =
  | { readonly do: 'probe'; readonly provider: string }
  | {
      readonly do: 'pair';
      readonly candidate: ModelFile;
      readonly reference: ModelFile;
      readonly settings: SessionSettings;
      readonly budget: LatencyBudget;
      readonly warmup: number;
    }
  | {
      readonly do: 'profile';
      readonly path: string;
      readonly settings: SessionSettings;
      readonly warmup: number;
      readonly runs: number;
      /** Where the runtime writes its trace: a path without the ending. */
      readonly tracePrefix: string;
    };

export interface Measured {
  readonly kind: 'measured';
  readonly latency: PairedLatency;
}

export interface Profiled {
  readonly kind: 'profiled';
  /** Wall time of each run of the whole model. */
  readonly runsMs: readonly number[];
}

export interface Probed {
  readonly kind: 'probed';
}

export type PairAnswer = Measured | Misfit;
export type ProfileAnswer = Profiled | Misfit;
