/** y = mean of x over its spatial axes, which are kept with size 1. */

import type { GradientRule } from '../rule.ts';
import { NoGradient } from '../rule.ts';

/** dx = dy / (h w), the same at every place. */
export const globalAveragePool: GradientRule = at => {
  const spatial = at.shape(0)?.slice(2);
  if (!spatial?.every(size => typeof size === 'number')) throw new NoGradient('the size of its input is not known');
  const { build } = at;
  const count = spatial.reduce<number>((product, size) => product * Number(size), 1);
  const share = build.add('Mul', [at.dy, build.scalar(1 / count, at.elementType(0))]);
  return [build.add('Expand', [share, build.integers([1, 1, ...spatial.map(Number)])])];
};
