/** y = max(x, 0). */
import type { GradientRule } from '../rule.ts';

/** dx = dy [y > 0], with 0 at x = 0 as PyTorch and TensorFlow have it. y is never negative, so that its sign is the mask. */
export const relu: GradientRule = at => [at.build.add('Mul', [at.dy, at.build.add('Sign', [at.output(0)])])];
