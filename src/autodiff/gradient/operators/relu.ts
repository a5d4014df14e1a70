/** y = max(x, 0). */
import { codeOf } from '../../../onnx/element-type.ts';
import type { GradientRule, GradientSituation } from '../rule.ts';

/** dx = dy [y > 0], with 0 at x = 0 as PyTorch and TensorFlow have it. */
export const relu: GradientRule = at => [at.build.add('Mul', [at.dy, mask(at)])];

/**
 * y is never negative, so that min(1, huge y) is the mask: HardSigmoid is the one operator that the runtime computes in a single
 * pass, in vectors and on all threads. Nothing that float16 holds is huge enough: it would be infinite there, and NaN times y = 0.
 */
function mask({ build, output, elementType }: GradientSituation): string {
  const type = elementType(0);
  if (type !== 'float16') return build.add('HardSigmoid', [output(0)], { alpha: { float: 1e30 }, beta: { float: 0 } });
  return build.add('Cast', [build.add('Greater', [output(0), build.scalar(0, type)])], { to: codeOf(type) });
}
