/** From predictions to a score. */
import { binomialStandardError } from '../stats/proportion.ts';
import type { ScoreAnswer } from './messages.ts';
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
