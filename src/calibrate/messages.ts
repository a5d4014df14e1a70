/** What the child that runs the dense model for its statistics is asked, and what it answers. */
import type { BatchSource } from '../images/batch-source.ts';
import type { SessionSettings } from '../runtime/session.ts';
import type { Probe } from './statistics-graph.ts';

/** What the child needs to know of a probe. */
export type ProbePlan = Pick<Probe, 'outputs' | 'sample' | 'patches' | 'taps'> & { readonly groups: number };

export type StatisticsRequest =
  | {
      readonly kind: 'open';
      /** The path of a statistics graph. */
      readonly model: string;
      readonly session: SessionSettings;
      readonly probes: readonly ProbePlan[];
      /** Seeds the choice of positions. */
      readonly seed: number;
    }
  /** Adds images to the sums. */
  | { readonly kind: 'add'; readonly images: BatchSource; readonly batch: number }
  /** Gives the sums and forgets them. */
  | { readonly kind: 'finish' };

/** Averages over the images so far; moments packed as in `Moments`. */
export interface ProbeAverages {
  readonly patches: number;
  readonly inputMean: Float64Array;
  readonly outputMean: Float64Array;
  readonly outputVariance: Float64Array;
  readonly input: Float32Array | null;
  readonly output: Float32Array | null;
}
