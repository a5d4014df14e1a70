/** y[n, m] = sum over c of x[n, c] * w[m, c] + b[m] over the channels of each group, as a cross-correlation. */
import { intAttribute } from '../../../onnx/attributes.ts';
import { inputGradient } from '../conv/input-gradient.ts';
import { weightGradient } from '../conv/weight-gradient.ts';
import { type GradientRule, NoGradient } from '../rule.ts';
import { windowOf } from '../window.ts';

export const conv: GradientRule = at => {
  const { build, node } = at;
  const [x, w, y] = [at.shape(0), at.shape(1), at.outputShape(0)];
  if (!x || !w?.every(size => typeof size === 'number')) throw new NoGradient('the shape of its weight is not known');
  const sizes = w as readonly number[];
  const call = {
    batch: typeof x[0] === 'number' ? x[0] : null,
    groups: intAttribute(node, 'group', 1),
    out: sizes[0] ?? 0,
    inPerGroup: sizes[1] ?? 0,
    axes: windowOf(node, sizes.slice(2), x, y),
  };
  const axes = [0, ...call.axes.map((_, i) => i + 2)];
  return [
    at.needs(0) ? inputGradient(build, call, at.dy, at.input(1)) : null,
    at.needs(1) ? weightGradient(build, call, at.input(0), at.dy) : null,
    at.needs(2) ? build.reduceSum(at.dy, axes, false) : null,
  ];
};
