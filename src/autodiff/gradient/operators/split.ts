/** y_0, y_1, ... = x cut into parts along an axis. */
import { intAttribute } from '../../../onnx/attributes.ts';
import type { GradientRule } from '../rule.ts';

/** The gradients of the parts one behind the other, zeros for parts that nothing depends on. */
export const split: GradientRule = at => {
  const parts = at.node.outputs.map((_, i) => at.gradients[i] ?? at.build.zeros(at.output(i), at.elementType(0)));
  return [at.build.add('Concat', parts, { axis: intAttribute(at.node, 'axis', 0) })];
};
