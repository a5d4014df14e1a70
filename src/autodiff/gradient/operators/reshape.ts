/** y = x with its elements in another shape. */
import type { GradientRule } from '../rule.ts';

export const reshape: GradientRule = at => [at.build.reshape(at.dy, at.shape(0), at.input(0))];
