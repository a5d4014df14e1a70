/** From predictions to a score. */
import { binomialStandardError } from '../stats/proportion.ts';
import { dropEstimate } from '../tuner/early-stopping.ts';
import type { ScoreAnswer, StoppingRule } from './messages.ts';
import type { Score } from './scorer.ts';

/** @param truth the class that counts as right, one per image: the label, or what the dense model says */
export function scoreOf({ predictions, labelRanks, wallMs }: ScoreAnswer, truth: ArrayLike<number>): Score {
  const correct = Uint8Array.from(predictions, (prediction, i) => (prediction === truth[i] ? 1 : 0));
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
  dense: Score,
): Score {
  const seen = scoreOf(answer, truth);
  const { predictions, labelRanks } = answer;
  const images = predictions.length;
  if (images === places.length) {
    const inOrder = { ...answer, predictions: new Uint16Array(images), labelRanks };
    const classOf = new Int32Array(images);
    places.forEach((place, i) => {
      inOrder.predictions[place] = predictions[i] ?? 0;
      classOf[place] = truth[i] ?? 0;
    });
    return scoreOf(inOrder, classOf);
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
