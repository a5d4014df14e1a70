/** y = x with its axes in another order. */
import { intsAttribute } from '../../../onnx/attributes.ts';
import type { GradientRule } from '../rule.ts';

/** dy with its axes in the order before. */
export const transpose: GradientRule = at => {
  const order = intsAttribute(at.node, 'perm');
  if (!order) return [at.build.add('Transpose', [at.dy])];
  return [at.build.add('Transpose', [at.dy], { perm: order.map((_, axis) => order.indexOf(axis)) })];
};
