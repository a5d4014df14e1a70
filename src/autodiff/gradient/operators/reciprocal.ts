/** y = 1 / x. */
import type { GradientRule } from '../rule.ts';

/** dx = -dy y^2. */
export const reciprocal: GradientRule = at => {
  const { build } = at;
  const y = at.output(0);
  return [build.add('Neg', [build.add('Mul', [at.dy, build.add('Mul', [y, y])])])];
};
