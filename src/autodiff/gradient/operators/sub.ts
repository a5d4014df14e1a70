/** y = a - b, broadcast. */
import { unbroadcast } from '../broadcast.ts';
import type { GradientRule } from '../rule.ts';

/** da = dy, db = -dy. */
export const sub: GradientRule = at => {
  const { build, dy } = at;
  const back = (i: number): string => unbroadcast(build, dy, at.shape(i), at.outputShape(0));
  return [at.needs(0) ? back(0) : null, at.needs(1) ? build.add('Neg', [back(1)]) : null];
};
