/** y = max(x, 0). */
import type { GradientRule } from '../rule.ts';

/**
 * dx = dy [y > 0], with 0 at x = 0 as PyTorch and TensorFlow have it. y is never negative, so that min(1, huge y) is the mask:
 * HardSigmoid is the one operator that the runtime computes in a single pass, in vectors and on all threads.
 */
export const relu: GradientRule = at => {
  const mask = at.build.add('HardSigmoid', [at.output(0)], { alpha: { float: 1e30 }, beta: { float: 0 } });
  return [at.build.add('Mul', [at.dy, mask])];
};
