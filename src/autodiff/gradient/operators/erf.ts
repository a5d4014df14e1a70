/** y = 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x. */
import type { GradientRule } from '../rule.ts';

/** dx = dy 2 / sqrt(pi) exp(-x^2). */
export const erf: GradientRule = at => {
  const { build } = at;
  const x = at.input(0);
  const bell = build.add('Exp', [build.add('Neg', [build.add('Mul', [x, x])])]);
  const slope = build.add('Mul', [bell, build.scalar(2 / Math.sqrt(Math.PI), at.elementType(0))]);
  return [build.add('Mul', [at.dy, slope])];
};
