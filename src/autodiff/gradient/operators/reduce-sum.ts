/** y = sum of x along some axes. */

import { repeated } from '../reduction.ts';
import type { GradientRule } from '../rule.ts';

/** dx = dy, the same at every place that was added. */
export const reduceSum: GradientRule = at => [repeated(at, at.dy)];
