/** y = a + b, broadcast. */
import { unbroadcast } from '../broadcast.ts';
import type { GradientRule } from '../rule.ts';

/** da = db = dy. */
export const add: GradientRule = at =>
  [0, 1].map(i => (at.needs(i) ? unbroadcast(at.build, at.dy, at.shape(i), at.outputShape(0)) : null));
