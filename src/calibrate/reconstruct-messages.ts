/** What the child that refits sites one after the other is asked, and what it answers. */
import type { RefitProbe } from '../decompose/corrections/refit-probe.ts';
import type { BatchSource } from '../images/batch-source.ts';
import type { SessionSettings } from '../runtime/session.ts';

export type ReconstructRequest =
  /** Forgets all values and fills the input `name` with images. */
  | {
      readonly kind: 'begin';
      /** The dense model, whose input says how images are fed. */
      readonly model: string;
      readonly session: SessionSettings;
      readonly images: BatchSource;
      /** Images per call. */
      readonly batch: number;
    }
  | StageRequest
  | { readonly kind: 'end' };

export interface StageRequest {
  readonly kind: 'stage';
  /** The bytes of the ONNX file of the stage. */
  readonly model: Uint8Array;
  readonly session: SessionSettings;
  readonly feeds: readonly string[];
  /** Values that the stage makes and later ones read, and values of earlier ones that are still read. */
  readonly made: readonly string[];
  readonly kept: readonly string[];
  readonly probe: Pick<RefitProbe, 'order' | 'groups' | 'outputs'>;
  readonly outs: number;
  /** Of the last factor, [groups * outs, order]; null where it stays. */
  readonly weight: Float32Array | null;
}

export interface BeginAnswer {
  readonly images: number;
  readonly values: readonly ValueFacts[];
}

export interface ValueFacts {
  readonly name: string;
  readonly type: string;
  /** Of the first batch. */
  readonly dims: readonly number[];
}

export interface StageAnswer {
  /** What was made. */
  readonly values: readonly ValueFacts[];
  /** [groups * outs, order], scaled; null where it stays but for the scale. */
  readonly weight: Float32Array | null;
  readonly scale: Float64Array;
  /** The bias that belongs to it, one per output channel. */
  readonly bias: Float64Array;
  /** The largest over groups; infinite where a weight stays. */
  readonly ridge: number;
  /** Squared error of the site's output on all images over its variance: with the weight as it was and the best bias, and refitted. */
  readonly errorBefore: number;
  readonly errorAfter: number;
}
