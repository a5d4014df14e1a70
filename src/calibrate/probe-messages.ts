/** What the child process of the probes is asked, and what it answers. */
import type { BatchSource } from '../images/batch-source.ts';
import type { SessionSettings } from '../runtime/session.ts';

export interface ProbeRequest {
  readonly kind: 'run';
  /** Path of the ONNX file. */
  readonly model: string;
  readonly session: SessionSettings;
  readonly images: BatchSource;
  /** Images per call. */
  readonly batch: number;
  /** Which outputs to give back: float32 each. */
  readonly outputs: readonly string[];
}

export interface ProbeAnswer {
  /** One entry per call. */
  readonly batches: readonly {
    readonly images: number;
    /** In the order of the request. */
    readonly values: readonly Float32Array[];
  }[];
  readonly wallMs: number;
}
