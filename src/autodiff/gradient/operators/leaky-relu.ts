/** y = x where x > 0, alpha x elsewhere. */
import { floatAttribute } from '../../../onnx/attributes.ts';
import type { GradientRule } from '../rule.ts';

/** dx = dy times 1 or alpha; alpha at x = 0, as PyTorch has it. */
export const leakyRelu: GradientRule = at => {
  const { build, node } = at;
  const type = at.elementType(0);
  const alpha = floatAttribute(node, 'alpha', 0.01);
  const positive = build.add('Greater', [at.input(0), build.scalar(0, type)]);
  const slope = build.add('Where', [positive, build.scalar(1, type), build.scalar(alpha, type)]);
  return [build.add('Mul', [at.dy, slope])];
};
