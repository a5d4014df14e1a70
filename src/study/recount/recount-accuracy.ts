/** Whether what is stored of an accuracy follows from the stored answers, image by image. */
import { areFlags, atPlaces, estimateOf, type Marks, meanMark, shareInterval } from '../../stats/marks.ts';
import { pairedAccuracy } from '../../stats/paired-answers.ts';
import type { StoredObservation } from '../../store/observation.ts';
import { dropEstimate } from '../../tuner/early-stopping.ts';
import { compared, comparedLists, type Difference } from './disagreement.ts';

type Accuracy = Extract<StoredObservation, { kind: 'accuracy' }>;

export interface RecountedAccuracy {
  /** Null where it cannot be recounted. */
  readonly accuracy: number | null;
  readonly standardError: number | null;
  readonly differences: readonly Difference[];
}

/** Sums of a thousand numbers in another order differ by less. */
const exact = 1e-9;

/**
 * @param dense the dense model's on the same set of images; of a trial that was given up early, its accuracy is what the differences
 *   to the dense model say of all images
 */
export function recountAccuracy(stored: Accuracy, dense: Accuracy | null): RecountedAccuracy {
  const { correct, places, images } = stored;
  const answers = stored.predictions ?? correct;
  const whole = (dense?.predictions ?? dense?.correct)?.length ?? images;
  const counted = places ? places.length : whole;
  if (images === 0 || answers.length !== images || counted !== images)
    return {
      accuracy: null,
      standardError: null,
      differences: [
        { figure: 'images', stored: images, recounted: answers.length === images ? counted : answers.length },
      ],
    };
  const graded = !areFlags(correct);
  const found = places && dense ? ofPart(stored, places, dense) : ofAll(correct);
  const { accuracy, standardError } = found;
  const interval = shareInterval(accuracy, standardError, images, graded);
  return {
    ...found,
    differences: [
      ...compared('accuracy', stored.value, accuracy, exact),
      ...compared('accuracy standard error', stored.standardError, standardError, exact),
      ...comparedLists('accuracy interval', stored.interval, interval, () => exact),
      ...(dense ? changeProblem(stored, dense) : []),
    ],
  };
}

/** Where the change against the dense model is stored. */
function changeProblem({ correct, places, drop, dropStandardError }: Accuracy, dense: Accuracy): Difference[] {
  if (drop === undefined || dropStandardError === undefined) return [];
  const same = atPlaces(dense.correct, places);
  if (same.length !== correct.length) return [];
  const paired = pairedAccuracy(same, correct);
  const recounted = [paired.drop, paired.standardError];
  return comparedLists('change of accuracy', [drop, dropStandardError], recounted, () => exact);
}

interface Found {
  readonly accuracy: number;
  readonly standardError: number;
}

function ofAll(correct: Marks): Found {
  const { value, standardError } = estimateOf(correct);
  return { accuracy: value, standardError };
}

/** As `partialScoreOf` has it. */
function ofPart({ correct, images }: Accuracy, places: Int32Array, dense: Accuracy): Found {
  let [lost, gained] = [0, 0];
  correct.forEach((right, i) => {
    const before = dense.correct[places[i] ?? 0] ?? 0;
    if (right < before) lost++;
    if (right > before) gained++;
  });
  const { drop, standardError } = dropEstimate({ images, lost, gained }, dense.correct.length);
  return { accuracy: Math.min(1, Math.max(0, meanMark(dense.correct) - drop)), standardError };
}

/**
 * How many images are marked otherwise than their classes say.
 *
 * @param truth the class that counts as right, one per image of the whole set
 */
export function answersAgainst({ correct, predictions, places }: Accuracy, truth: ArrayLike<number>): number {
  if (!predictions) return 0;
  let wrong = 0;
  correct.forEach((right, i) => {
    if (right !== (predictions[i] === truth[places?.[i] ?? i] ? 1 : 0)) wrong++;
  });
  return wrong;
}
