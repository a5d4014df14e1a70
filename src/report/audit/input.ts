/** What an audit of a study rests on: plain data, image by image. */
import type { LossUnit } from '../../decompose/output-error.ts';

/** One configuration that was scored on both sets of images. */
export interface ScoredTrial {
  readonly trial: number;
  /** Candidate time over dense time, as searched. */
  readonly latency: number;
  /** One entry per proxy image: 1 where it is counted as right. */
  readonly proxy: Uint8Array;
  /** The same of the images that were held back. */
  readonly heldBack: Uint8Array;
}

/** One of the configurations that the measures are compared on. */
export interface AuditedTrial extends ScoredTrial {
  readonly onFront: boolean;
  /** The sum over its sites of what their rungs lose, 0 for dense (`RungLoss`). */
  readonly closedForm: number;
  /** Top-1 on the validation images after the short retrain, 0 to 1; null where it was not retrained. */
  readonly retrained: number | null;
}

export interface AuditInput {
  readonly study: string;
  readonly objective: 'top1' | 'top5' | 'agreement';
  readonly seed: number;
  /** Complete trials of the study, the dense model not counted. */
  readonly completeTrials: number;
  readonly lossUnit: LossUnit;
  readonly dense: Pick<ScoredTrial, 'proxy' | 'heldBack'>;
  readonly audited: readonly AuditedTrial[];
  /** Every member of the front that was scored on the images held back, the audited ones among them. */
  readonly front: readonly ScoredTrial[];
  /** Null where nothing was retrained. */
  readonly retrain: { readonly epochs: number } | null;
}
