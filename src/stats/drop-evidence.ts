/** What the same images say of a loss of accuracy: counts of images are tested as pairs, means of grades by the normal distribution. */
import { confidenceBeyond, confidenceWithin, countsOf, greatestDrop, imagesForConfidence } from './non-inferiority.ts';
import { quantileOf, upperTail } from './normal.ts';

/** Limits and drops are shares: 0.01 is one point. */
export interface DropEvidence {
  /** The confidence that the drop is below the limit, from 0 to 1. */
  within(limit: number): number;
  /** The confidence that it is above. */
  beyond(limit: number): number;
  /** The least limit below which it is with that confidence. */
  greatest(confidence: number): number;
  /** How many images would give the confidence; Infinity where no number would. */
  imagesFor(limit: number, confidence: number): number;
}

export interface SeenDrop {
  readonly drop: number;
  /** Of `drop`, from the differences image by image. */
  readonly standardError: number;
  readonly images: number;
  /** Whether images have grades and are not counted as right or wrong. */
  readonly graded: boolean;
}

export const dropEvidence = (seen: SeenDrop): DropEvidence => (seen.graded ? ofGrades(seen) : ofCounts(seen));

function ofCounts({ drop, standardError, images }: SeenDrop): DropEvidence {
  const { lost, gained } = countsOf(drop, standardError, images);
  return {
    within: limit => confidenceWithin(lost, gained, images, limit),
    beyond: limit => confidenceBeyond(lost, gained, images, limit),
    greatest: confidence => greatestDrop(lost, gained, images, confidence),
    imagesFor: (limit, confidence) => imagesForConfidence(lost, gained, images, limit, confidence),
  };
}

function ofGrades({ drop, standardError, images }: SeenDrop): DropEvidence {
  // Grades that never differ tell what they tell without an error.
  const within = (limit: number): number =>
    standardError > 0 ? 1 - upperTail((limit - drop) / standardError) : drop < limit ? 1 : drop > limit ? 0 : 0.5;
  return {
    within,
    beyond: limit => 1 - within(limit),
    greatest: confidence => drop + quantileOf(confidence) * standardError,
    imagesFor: (limit, confidence) =>
      drop >= limit
        ? Number.POSITIVE_INFINITY
        : Math.max(1, Math.ceil(images * ((quantileOf(confidence) * standardError) / (limit - drop)) ** 2)),
  };
}
