/** Whether to go on with a candidate, from what it said of the images so far. */
import { probabilityOfEntry } from '../tuner/early-stopping.ts';
import type { StoppingRule } from './messages.ts';
import { isRight, type Said } from './score.ts';

/** A function to be called with the predictions so far and their number, which grows: whether the candidate is to be given up. */
export function stoppingRule({ truth, dense, chances, below }: StoppingRule) {
  const whole = { images: dense.length, denseRight: dense.reduce((sum, each) => sum + each, 0) };
  let [seen, denseRight, lost, gained] = [0, 0, 0, 0];
  return (said: Said, count: number): boolean => {
    for (; seen < count; seen++) {
      const right = isRight(said, truth, seen) ? 1 : 0;
      denseRight += dense[seen] ?? 0;
      if (right < (dense[seen] ?? 0)) lost++;
      if (right > (dense[seen] ?? 0)) gained++;
    }
    return probabilityOfEntry({ images: seen, denseRight, lost, gained }, whole, chances) < below;
  };
}
