/** What the child is asked that grades each image by all that a network gives, and what it answers. */
import type { BatchSource } from '../images/batch-source.ts';
import type { ClosenessRule } from '../metric/closeness.ts';
import type { SessionSettings } from '../runtime/session.ts';

export interface GradeRequest {
  readonly kind: 'grade';
  readonly model: string;
  /** The dense model, which every image is compared with. */
  readonly dense: string;
  readonly session: SessionSettings;
  readonly images: BatchSource;
  /** Images per call where the batch dimension is dynamic; a fixed one overrules it. */
  readonly batch: number;
  /** A metric of the user's in the place of fidelity; null for fidelity. */
  readonly own: ({ readonly path: string } & GradedImages) | null;
  /** The outputs that count, with the rule where one was named. */
  readonly outputs: readonly { readonly name: string; readonly rule: ClosenessRule | null }[];
}

/** What is known of each image beside its pixels, in the order of scoring. */
export interface GradedImages {
  readonly names: readonly string[];
  readonly labels: Int32Array | null;
}

/** Asks what a metric module says of itself. */
export interface MetricRequest {
  readonly kind: 'metric';
  readonly path: string;
}

export interface GradeAnswer {
  /** One per image. */
  readonly grades: readonly number[];
  readonly wallMs: number;
}

/** How an answer begins whose outputs are not one per image, so that images have to go one by one. */
export const notPerImage = 'its outputs are not one per image';
