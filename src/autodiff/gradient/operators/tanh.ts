/** y = tanh(x). */
import type { GradientRule } from '../rule.ts';

/** dx = dy (1 - y^2). */
export const tanh: GradientRule = at => {
  const { build } = at;
  const y = at.output(0);
  const slope = build.add('Sub', [build.scalar(1, at.elementType(0)), build.add('Mul', [y, y])]);
  return [build.add('Mul', [at.dy, slope])];
};
