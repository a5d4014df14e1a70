/** y = x s(x) with s(x) = max(0, min(1, x / 6 + 1 / 2)). */

import type { GradientRule } from '../rule.ts';
import { inside } from './hard-sigmoid.ts';

/** dx = dy (s + x / 6 where 0 < s < 1). */
export const hardSwish: GradientRule = at => {
  const { build } = at;
  const type = at.elementType(0);
  const x = at.input(0);
  const line = build.add('Add', [build.add('Mul', [x, build.scalar(1 / 6, type)]), build.scalar(0.5, type)]);
  const s = build.add('Clip', [line, build.scalar(0, type), build.scalar(1, type)]);
  const bent = build.add('Mul', [build.add('Mul', [x, build.scalar(1 / 6, type)]), inside(build, s, type)]);
  return [build.add('Mul', [at.dy, build.add('Add', [s, bent])])];
};
