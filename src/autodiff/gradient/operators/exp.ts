/** y = exp(x). */
import type { GradientRule } from '../rule.ts';

/** dx = dy y. */
export const exp: GradientRule = at => [at.build.add('Mul', [at.dy, at.output(0)])];
