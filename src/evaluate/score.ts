/** From predictions to a score. */
import { binomialStandardError } from '../stats/proportion.ts';
import { dropEstimate } from '../tuner/early-stopping.ts';
import type { ScoreAnswer, StoppingRule, Truth } from './messages.ts';
import type { Scored } from './scorer.ts';

/** What a network said, so far, of the images. */
export type Said = Pick<ScoreAnswer, 'predictions' | 'labelRanks' | 'further'>;

/** An image counts as right where the first head says its class (or has it among the first so many) and every further one says what it says in the dense model. */
export const isRight = ({ predictions, labelRanks, further }: Said, truth: Truth, image: number): boolean =>
  (truth.among === undefined
    ? predictions[image] === truth.classes[image]
    : (labelRanks?.[image] ?? truth.among) < truth.among) &&
  truth.further.every((classes, head) => further[head]?.[image] === classes[image]);

/** Images of classes have flags and predictions. */
export type ClassScored = Scored & { readonly correct: Uint8Array; readonly predictions: Uint16Array };

export function scoreOf(answer: ScoreAnswer, truth: Truth): ClassScored {
  const { predictions, labelRanks, wallMs } = answer;
  const correct = Uint8Array.from(predictions, (_, i) => (isRight(answer, truth, i) ? 1 : 0));
  const n = correct.length;
  const accuracy = correct.reduce((sum, each) => sum + each, 0) / n;
  const top5 = labelRanks && labelRanks.reduce((sum, rank) => sum + (rank < 5 ? 1 : 0), 0) / n;
  return {
    accuracy,
    standardError: binomialStandardError(accuracy, n),
    correct,
    predictions,
    ...(top5 === null ? {} : { top5 }),
    wallMs,
  };
}

/**
 * Of an answer that may have been given up.
 *
 * @param places where the images that were scored, one after the other, stand in the subset
 * @param dense the score of the dense model on the whole subset
 */
export function partialScoreOf(
  answer: ScoreAnswer,
  places: Int32Array,
  { truth, dense: rights }: StoppingRule,
  dense: Scored,
): ClassScored {
  const seen = scoreOf(answer, truth);
  const images = answer.predictions.length;
  if (images === places.length) {
    const inOrder = <T extends Uint16Array | Int32Array>(sorted: T, said: ArrayLike<number>): T => {
      places.forEach((place, i) => {
        sorted[place] = said[i] ?? 0;
      });
      return sorted;
    };
    const classes = (said: ArrayLike<number>): Uint16Array => inOrder(new Uint16Array(images), said);
    return scoreOf(
      {
        ...answer,
        predictions: classes(answer.predictions),
        labelRanks: answer.labelRanks && classes(answer.labelRanks),
        further: answer.further.map(classes),
      },
      { ...truth, classes: inOrder(new Int32Array(images), truth.classes), further: truth.further.map(classes) },
    );
  }
  let [lost, gained] = [0, 0];
  seen.correct.forEach((right, i) => {
    if (right < (rights[i] ?? 0)) lost++;
    if (right > (rights[i] ?? 0)) gained++;
  });
  const { drop, standardError } = dropEstimate({ images, lost, gained }, places.length);
  return {
    ...seen,
    accuracy: Math.min(1, Math.max(0, dense.accuracy - drop)),
    standardError,
    places: places.slice(0, images),
  };
}
