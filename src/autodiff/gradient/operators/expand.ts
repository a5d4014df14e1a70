/** y = x repeated along axes of size 1, and along new ones before it. */
import { unbroadcast } from '../broadcast.ts';
import type { GradientRule } from '../rule.ts';

/** dx = the sum of dy over what was repeated. */
export const expand: GradientRule = at => [unbroadcast(at.build, at.dy, at.shape(0), at.outputShape(0))];
