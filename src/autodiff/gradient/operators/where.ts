/** y = a where the condition holds, b elsewhere, broadcast. */
import { unbroadcast } from '../broadcast.ts';
import type { GradientRule } from '../rule.ts';

/** da = dy where the condition holds, db = dy elsewhere, zero at the other places. */
export const where: GradientRule = at => {
  const { build, dy } = at;
  const zero = build.scalar(0, at.elementType(1));
  const back = (gradient: string, i: number): string => unbroadcast(build, gradient, at.shape(i), at.outputShape(0));
  return [
    null,
    at.needs(1) ? back(build.add('Where', [at.input(0), dy, zero]), 1) : null,
    at.needs(2) ? back(build.add('Where', [at.input(0), zero, dy]), 2) : null,
  ];
};
