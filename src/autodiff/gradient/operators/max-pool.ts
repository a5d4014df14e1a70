/** y = the largest element of each window of x. */
import { intAttribute } from '../../../onnx/attributes.ts';
import { type GradientRule, NoGradient } from '../rule.ts';

/** dx = dy at the place that each window took its element from (the first one of equals), added up where windows share it. */
export const maxPool: GradientRule = at => {
  const { build } = at;
  if (intAttribute(at.node, 'storage_order', 0) !== 0) throw new NoGradient('it counts places column by column');
  const flat = (value: string): string => build.add('Reshape', [value, build.integers([-1])]);
  const zeros = build.zeros(flat(at.input(0)), at.elementType(0));
  const sum = build.add('ScatterElements', [zeros, flat(at.output(1)), flat(at.dy)], { axis: 0, reduction: 'add' });
  return [build.reshape(sum, at.shape(0), at.input(0))];
};
