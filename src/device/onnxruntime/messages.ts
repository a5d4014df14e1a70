/** What the driver asks of its child process and what it gets back. */

import type { SessionSettings } from '../../runtime/session.ts';
import type { ModelFile } from '../device.ts';
import type { Span } from '../energy/energy.ts';
import type { CountedSession } from '../energy/metered.ts';
import type { Misfit } from '../free-dimensions.ts';
import type { HardwareProfile } from '../profile.ts';
import type { Pairs, SessionPlan } from '../sampling.ts';
import type { Strain } from '../vitals.ts';

/** What of a profile decides how a model is timed: its session, and the sizes of its inputs. */
export interface TimedSettings extends SessionSettings, Pick<HardwareProfile, 'batchSize' | 'inputShape'> {}

export type Request =
  | {
      readonly do: 'probe';
      readonly provider: string;
      /** Tried as a profile wants it; the provider by itself when missing. */
      readonly session?: SessionSettings;
    }
  | {
      readonly do: 'pair';
      readonly candidate: ModelFile;
      readonly reference: ModelFile;
      readonly settings: TimedSettings;
      /** Whether threads spin while they wait within a call. */
      readonly spinning: boolean;
      readonly plan: SessionPlan;
    }
  | {
      readonly do: 'profile';
      readonly path: string;
      readonly settings: TimedSettings;
      readonly warmup: number;
      readonly runs: number;
      /** Where the runtime writes its trace: a path without the ending. */
      readonly tracePrefix: string;
    }
  | { readonly do: 'outputs'; readonly path: string; readonly settings: TimedSettings }
  | {
      /** To a process that has run no model yet. */
      readonly do: 'memory';
      readonly path: string;
      readonly settings: TimedSettings;
      readonly runs: number;
    };

/** One session of both models. */
export interface Sampled {
  readonly kind: 'sampled';
  readonly pairs: Pairs;
  /** What went on while the pairs were taken. */
  readonly strain: Strain;
  readonly timerResolutionMs: number;
  /** From the first pair to the last. */
  readonly span: Span;
  /** Where the processor has counters that may be read. */
  readonly energy?: CountedSession;
}

export interface Profiled {
  readonly kind: 'profiled';
  /** Wall time of each run of the whole model. */
  readonly runsMs: readonly number[];
}

export interface Remembered {
  readonly kind: 'remembered';
  /** What the model added to the peak resident memory of the process. */
  readonly addedKib: number;
}

export interface Probed {
  readonly kind: 'probed';
}

export type PairAnswer = Sampled | Misfit;
export type ProfileAnswer = Profiled | Misfit;
export type MemoryAnswer = Remembered | Misfit;

/** What one run took in and gave. */
export interface Outputs {
  readonly kind: 'outputs';
  readonly input: Float32Array;
  readonly output: Float32Array;
}
export type OutputsAnswer = Outputs | Misfit;
