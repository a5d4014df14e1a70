/** What the child is asked that grades each image by all that a network gives, and what it answers. */
import type { Whereabouts } from '../host/environment.ts';
import type { BatchSource } from '../images/batch-source.ts';
import type { ClosenessRule, ImageOutput } from '../metric/closeness.ts';
import type { SessionSettings } from '../runtime/session.ts';

export interface TypedOutput extends ImageOutput {
  readonly isFloat: boolean;
}

/** In the order of the outputs that count. */
export type ImageOutputs = readonly TypedOutput[];

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
  /** Where it was taken, where that is not this machine. */
  readonly where?: Whereabouts | undefined;
}

/** Asks for what a network gives for every image, as it is. */
export interface OutputsRequest extends Pick<GradeRequest, 'model' | 'session' | 'images' | 'batch'> {
  readonly kind: 'outputs';
  readonly outputs: readonly string[];
}

/** Judges outputs that another machine gave by a metric of the user's: begun once, then told of images in their order, and asked at the end. */
export type JudgeRequest =
  | ({
      readonly kind: 'judge';
      readonly step: 'begin';
      readonly path: string;
      readonly outputs: readonly string[];
    } & GradedImages)
  | { readonly kind: 'judge'; readonly step: 'add'; readonly said: readonly ImageOutputs[] }
  | { readonly kind: 'judge'; readonly step: 'finish' };

/** How an answer begins whose outputs are not one per image, so that images have to go one by one. */
export const notPerImage = 'its outputs are not one per image';
