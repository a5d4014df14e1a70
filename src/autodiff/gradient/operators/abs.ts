/** y = |x|. */
import type { GradientRule } from '../rule.ts';

/** dx = dy sign(x), with 0 at x = 0. */
export const abs: GradientRule = at => [at.build.add('Mul', [at.dy, at.build.add('Sign', [at.input(0)])])];
