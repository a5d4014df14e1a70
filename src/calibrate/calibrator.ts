/** What corrects candidates by calibration images, ours or the caller's; its types need no runtime. */
import type { Corrections } from '../decompose/corrections/packing.ts';
import type { Site } from '../decompose/site.ts';
import type { Attempt } from '../errors/failure.ts';
import type { Model } from '../onnx/graph.ts';

export interface Corrector {
  /** Scales and shifts, or refits, for `sites` of `candidate`, in which they are factorised; a site that cannot be corrected is missing. */
  corrections(candidate: Model, sites: readonly Site[]): Promise<Attempt<Corrections>>;
  /** Images that a correction is taken from. */
  readonly images: number;
}

export interface CalibratorImages {
  /** Where they are, as `calibration` was given: `folder:DIR`, say. */
  readonly spec: string;
  /** Their file names there, or `test_batch.bin#17`. None of them judges a candidate. */
  readonly ids: readonly string[];
}

export interface Calibrator {
  /** Kept with the study in the place of `moments` or `reconstruction`. */
  readonly name: string;
  /**
   * Called once per search. Where it fails, candidates are not corrected, and a warning says why.
   *
   * @param sites those of `dense` that may be factorised
   */
  open(dense: Model, sites: readonly Site[], images: CalibratorImages): Promise<Attempt<Corrector>>;
}

/** What we correct by ourselves. */
export const ourCorrections: readonly string[] = ['moments', 'reconstruction', 'none'];
