/** What the child that runs the reverse pass over calibration images is asked, and what it answers. */
import type { BatchSource } from '../images/batch-source.ts';
import type { SessionSettings } from '../runtime/session.ts';

export interface SensitivityRequest {
  /** Path of a sensitivity graph. */
  readonly model: string;
  readonly session: SessionSettings;
  readonly images: BatchSource;
  /** Images per call. */
  readonly batch: number;
  readonly noise: { readonly name: string; readonly classes: number; readonly seed: number };
  readonly outputs: readonly { readonly name: string; readonly groups: number }[];
}

export interface SensitivityAnswer {
  readonly images: number;
  /** Averages over images, packed as in `Moments`, one per output of the request. */
  readonly moments: readonly Float32Array[];
}
