/** y = x in another floating-point type. */
import { codeOf } from '../../../onnx/element-type.ts';
import type { GradientRule } from '../rule.ts';

export const cast: GradientRule = at => [at.build.add('Cast', [at.dy], { to: codeOf(at.elementType(0)) })];
