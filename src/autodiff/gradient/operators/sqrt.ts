/** y = sqrt(x). */
import type { GradientRule } from '../rule.ts';

/** dx = dy / (2 y). */
export const sqrt: GradientRule = at => {
  const half = at.build.add('Mul', [at.dy, at.build.scalar(0.5, at.elementType(0))]);
  return [at.build.add('Div', [half, at.output(0)])];
};
