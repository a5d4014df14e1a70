/** y = 1 / (1 + exp(-x)). */
import type { GradientRule } from '../rule.ts';

/** dx = dy y (1 - y). */
export const sigmoid: GradientRule = at => {
  const { build } = at;
  const y = at.output(0);
  const slope = build.add('Mul', [y, build.add('Sub', [build.scalar(1, at.elementType(0)), y])]);
  return [build.add('Mul', [at.dy, slope])];
};
