/** y = max(0, min(1, alpha x + beta)). */

import { floatAttribute } from '../../../onnx/attributes.ts';
import type { ElementType } from '../../../onnx/graph.ts';
import type { GradientBuilder } from '../builder.ts';
import type { GradientRule } from '../rule.ts';

/** dx = alpha dy where 0 < y < 1. */
export const hardSigmoid: GradientRule = at => {
  const { build, node } = at;
  const type = at.elementType(0);
  const slope = build.add('Mul', [
    inside(build, at.output(0), type),
    build.scalar(floatAttribute(node, 'alpha', 0.2), type),
  ]);
  return [build.add('Mul', [at.dy, slope])];
};

/** 1 where 0 < y < 1 and 0 at the ends, of y in [0, 1]: the sign of y (1 - y). */
export function inside(build: GradientBuilder, y: string, type: ElementType): string {
  return build.add('Sign', [build.add('Mul', [y, build.add('Sub', [build.scalar(1, type), y])])]);
}
