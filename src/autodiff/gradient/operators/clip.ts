/** y = x, but not below min nor above max; either bound may be left out. */
import { codeOf } from '../../../onnx/element-type.ts';
import { type GradientRule, NoGradient } from '../rule.ts';

/** dx = dy wherever nothing was cut off (y = x), the bounds included, as PyTorch has it. */
export const clip: GradientRule = at => {
  const { build } = at;
  if (at.needs(1) || at.needs(2)) throw new NoGradient('its bounds would have to be trained');
  const kept = build.add('Equal', [at.input(0), at.output(0)]);
  return [build.add('Mul', [at.dy, build.add('Cast', [kept], { to: codeOf(at.elementType(0)) })])];
};
