/** y = x with elements put before and after along some axes. */
import { textAttribute } from '../../../onnx/attributes.ts';
import { type GradientRule, NoGradient } from '../rule.ts';

/** The inner part of dy: padding by the opposite amounts cuts off what was put there. */
export const pad: GradientRule = at => {
  const { build, node } = at;
  const mode = textAttribute(node, 'mode', 'constant');
  if (mode !== 'constant') throw new NoGradient(`it pads by mode "${mode}"`);
  const pads = at.integers(1);
  const opposite = pads ? build.integers(pads.map(amount => 0 - amount)) : build.add('Neg', [at.input(1)]);
  const axes = at.input(3);
  return [build.add('Pad', axes === '' ? [at.dy, opposite] : [at.dy, opposite, '', axes])];
};
