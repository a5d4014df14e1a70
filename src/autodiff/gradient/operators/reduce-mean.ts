/** y = mean of x along some axes. */
import { codeOf } from '../../../onnx/element-type.ts';
import { reducedAxes, repeated } from '../reduction.ts';
import type { GradientRule, GradientSituation } from '../rule.ts';

/** dx = dy / n at every place that was averaged, n of them. */
export const reduceMean: GradientRule = at => {
  const type = at.elementType(0);
  const sizes = reducedAxes(at).map(axis => at.shape(0)?.[axis]);
  if (!sizes.every(size => typeof size === 'number')) return [repeated(at, at.build.add('Div', [at.dy, count(at)]))];
  const n = sizes.reduce<number>((product, size) => product * Number(size), 1);
  return [repeated(at, at.build.add('Mul', [at.dy, at.build.scalar(1 / n, type)]))];
};

/** Elements of x over elements of y, at run time. */
function count({ build, input, output, elementType }: GradientSituation): string {
  const ratio = build.add('Div', [build.add('Size', [input(0)]), build.add('Size', [output(0)])]);
  return build.add('Cast', [ratio], { to: codeOf(elementType(0)) });
}
