/** y = x - log of the sum of exp(x) along one axis. */
import { intAttribute } from '../../../onnx/attributes.ts';
import type { GradientRule } from '../rule.ts';

/** dx = dy - exp(y) sum dy. */
export const logSoftmax: GradientRule = at => {
  const { build, dy } = at;
  const sum = build.reduceSum(dy, [intAttribute(at.node, 'axis', -1)]);
  return [build.add('Sub', [dy, build.add('Mul', [build.add('Exp', [at.output(0)]), sum])])];
};
