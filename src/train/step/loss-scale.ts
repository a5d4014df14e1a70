/** The factor on the loss in half precision (Micikevicius et al. 2018, section 3.2), with PyTorch's constants. */
import type { Counters } from '../trainer.ts';

const growthInterval = 2000;
const largest = 2 ** 24;

/** After a step that was taken: the scale doubles when it has held for long enough. */
export function afterStep(counters: Counters, scaled: boolean): Counters {
  const steps = counters.steps + 1;
  if (!scaled) return { ...counters, steps };
  const held = counters.stepsSinceScaling + 1;
  return held < growthInterval || counters.lossScale >= largest
    ? { ...counters, steps, stepsSinceScaling: held }
    : { steps, lossScale: counters.lossScale * 2, stepsSinceScaling: 0 };
}

/** After a step that overflowed and was left out; null when the scale cannot be the reason any more. */
export function afterOverflow({ steps, lossScale }: Counters): Counters | null {
  return lossScale > 1 ? { steps, lossScale: lossScale / 2, stepsSinceScaling: 0 } : null;
}
