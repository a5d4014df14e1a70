/** y = x_0 + x_1 + ..., broadcast. */
import { unbroadcast } from '../broadcast.ts';
import type { GradientRule } from '../rule.ts';

/** dx_i = dy. */
export const sum: GradientRule = at =>
  at.node.inputs.map((_, i) => (at.needs(i) ? unbroadcast(at.build, at.dy, at.shape(i), at.outputShape(0)) : null));
