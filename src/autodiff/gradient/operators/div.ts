/** y = a / b, element by element, broadcast. */
import { unbroadcast } from '../broadcast.ts';
import type { GradientRule } from '../rule.ts';

/** da = dy / b, db = -dy y / b. */
export const div: GradientRule = at => {
  const { build } = at;
  if (!at.needs(0) && !at.needs(1)) return [];
  const share = build.add('Div', [at.dy, at.input(1)]);
  const back = (gradient: string, i: number): string => unbroadcast(build, gradient, at.shape(i), at.outputShape(0));
  return [
    at.needs(0) ? back(share, 0) : null,
    at.needs(1) ? build.add('Neg', [back(build.add('Mul', [share, at.output(0)]), 1)]) : null,
  ];
};
