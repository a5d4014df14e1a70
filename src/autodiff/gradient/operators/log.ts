/** y = log(x). */
import type { GradientRule } from '../rule.ts';

/** dx = dy / x. */
export const log: GradientRule = at => [at.build.add('Div', [at.dy, at.input(0)])];
