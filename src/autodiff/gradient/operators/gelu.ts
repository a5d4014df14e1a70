/** y = x P(x), P the normal distribution function, or its approximation by tanh (Hendrycks and Gimpel 2016, section 2). */
import { textAttribute } from '../../../onnx/attributes.ts';
import type { GradientRule, GradientSituation } from '../rule.ts';

export const gelu: GradientRule = at => {
  const slope = textAttribute(at.node, 'approximate', 'none') === 'tanh' ? tanhSlope(at) : erfSlope(at);
  return [at.build.add('Mul', [at.dy, slope])];
};

/** P(x) + x p(x) with P(x) = (1 + erf(x / sqrt 2)) / 2 and p(x) = exp(-x^2 / 2) / sqrt(2 pi). */
function erfSlope({ build, input, elementType }: GradientSituation): string {
  const type = elementType(0);
  const x = input(0);
  const times = (a: string, factor: number): string => build.add('Mul', [a, build.scalar(factor, type)]);
  const erf = build.add('Erf', [times(x, Math.SQRT1_2)]);
  const share = times(build.add('Add', [erf, build.scalar(1, type)]), 0.5);
  const bell = times(build.add('Exp', [times(build.add('Mul', [x, x]), -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  return build.add('Add', [share, build.add('Mul', [x, bell])]);
}

/** y = x (1 + t) / 2 with t = tanh(c (x + k x^3)): (1 + t) / 2 + x (1 - t^2) c (1 + 3 k x^2) / 2. */
function tanhSlope({ build, input, elementType }: GradientSituation): string {
  const type = elementType(0);
  const [c, k] = [Math.sqrt(2 / Math.PI), 0.044715];
  const x = input(0);
  const one = build.scalar(1, type);
  const times = (a: string, factor: number): string => build.add('Mul', [a, build.scalar(factor, type)]);
  const square = build.add('Mul', [x, x]);
  const argument = build.add('Mul', [times(x, c), build.add('Add', [times(square, k), one])]);
  const t = build.add('Tanh', [argument]);
  const share = times(build.add('Add', [t, one]), 0.5);
  const steepness = build.add('Mul', [
    build.add('Sub', [one, build.add('Mul', [t, t])]),
    times(build.add('Add', [times(square, 3 * k), one]), c / 2),
  ]);
  return build.add('Add', [share, build.add('Mul', [x, steepness])]);
}
