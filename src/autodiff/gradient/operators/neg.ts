/** y = -x. */
import type { GradientRule } from '../rule.ts';

export const neg: GradientRule = at => [at.build.add('Neg', [at.dy])];
