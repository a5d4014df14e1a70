/** y = exp(x) / sum of exp(x) along one axis. */
import { intAttribute } from '../../../onnx/attributes.ts';
import type { GradientRule } from '../rule.ts';

/** dx = y (dy - sum dy y). */
export const softmax: GradientRule = at => {
  const { build, dy } = at;
  const y = at.output(0);
  const mean = build.reduceSum(build.add('Mul', [dy, y]), [intAttribute(at.node, 'axis', -1)]);
  return [build.add('Mul', [y, build.add('Sub', [dy, mean])])];
};
