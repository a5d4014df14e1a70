/** y = gamma (x - mean) / sigma + beta over the last axes, each place before them by itself (Ba, Kiros and Hinton 2016). */
import { floatAttribute, intAttribute } from '../../../onnx/attributes.ts';
import { unbroadcast } from '../broadcast.ts';
import { type GradientRule, type GradientSituation, NoGradient } from '../rule.ts';

/** With u = (x - mean) / sigma and g = dy gamma: dx = (g - mean g - u mean(g u)) / sigma, dgamma = sum dy u, dbeta = sum dy. */
export const layerNormalization: GradientRule = at => {
  const { build, dy } = at;
  const x = at.shape(0);
  if (!x) throw new NoGradient('the number of axes of its input is not known');
  const given = intAttribute(at.node, 'axis', -1);
  const first = given < 0 ? given + x.length : given;
  const axes = x.map((_, i) => i).slice(first);
  const average = (value: string): string => build.add('ReduceMean', [value, build.integers(axes)]);
  const { unit, inverse } = normalised(at, average);
  const dgamma = () => unbroadcast(build, build.add('Mul', [dy, unit]), at.shape(1), x);
  const dx = (): string => {
    const g = build.add('Mul', [dy, at.input(1)]);
    const along = build.add('Mul', [unit, average(build.add('Mul', [g, unit]))]);
    return build.add('Mul', [build.add('Sub', [build.add('Sub', [g, average(g)]), along]), inverse]);
  };
  return [
    at.needs(0) ? dx() : null,
    at.needs(1) ? dgamma() : null,
    at.needs(2) ? unbroadcast(build, dy, at.shape(2), x) : null,
  ];
};

/** u and 1 / sigma. The runtime gives mean and 1 / sigma beside y, in float32 only. */
function normalised(at: GradientSituation, average: (value: string) => string): { unit: string; inverse: string } {
  const { build } = at;
  const x = at.input(0);
  const type = at.elementType(0);
  if (type === 'float32') {
    const inverse = at.output(2);
    return { unit: build.add('Mul', [build.add('Sub', [x, at.output(1)]), inverse]), inverse };
  }
  const centred = build.add('Sub', [x, average(x)]);
  const variance = average(build.add('Mul', [centred, centred]));
  const epsilon = build.scalar(floatAttribute(at.node, 'epsilon', 1e-5), type);
  const inverse = build.add('Reciprocal', [build.add('Sqrt', [build.add('Add', [variance, epsilon])])]);
  return { unit: build.add('Mul', [centred, inverse]), inverse };
}
