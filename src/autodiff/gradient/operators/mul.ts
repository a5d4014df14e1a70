/** y = a b, element by element, broadcast. */
import { unbroadcast } from '../broadcast.ts';
import type { GradientRule } from '../rule.ts';

/** da = dy b, db = dy a. */
export const mul: GradientRule = at => {
  const side = (i: number): string | null => {
    if (!at.needs(i)) return null;
    return unbroadcast(at.build, at.build.add('Mul', [at.dy, at.input(1 - i)]), at.shape(i), at.outputShape(0));
  };
  return [side(0), side(1)];
};
