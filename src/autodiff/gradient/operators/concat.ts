/** y = its inputs one behind the other along an axis. */
import { intAttribute } from '../../../onnx/attributes.ts';
import { type GradientRule, NoGradient } from '../rule.ts';

/** Each input takes its own part of dy. */
export const concat: GradientRule = at => {
  const { build, node } = at;
  const rank = at.outputShape(0)?.length ?? 0;
  const axis = intAttribute(node, 'axis', 0);
  const sizes = node.inputs.map((_, i) => at.shape(i)?.at(axis < 0 ? axis : axis - (at.shape(i)?.length ?? rank)));
  if (!sizes.every(size => typeof size === 'number')) throw new NoGradient('the sizes that it joins are not known');
  if (sizes.length === 1) return [at.dy];
  const parts = build.addMany('Split', [at.dy, build.integers(sizes)], sizes.length, { axis });
  return parts.map((part, i) => (at.needs(i) ? part : null));
};
