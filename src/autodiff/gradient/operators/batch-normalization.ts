/** y = gamma (x - mean) / sqrt(variance + epsilon) + beta, by channel (axis 1). Ioffe and Szegedy 2015. */
import { floatAttribute, intAttribute } from '../../../onnx/attributes.ts';
import type { GradientRule, GradientSituation } from '../rule.ts';
import { NoGradient } from '../rule.ts';

/**
 * With running statistics, which are constants: dx = a dy with a = gamma / sigma, dbeta = sum dy, dgamma = sum dy (x - mean) / sigma.
 *
 * With batch statistics (`training_mode`, which the pass `batchStatistics` sets, with a momentum of 0) mean and variance depend on x, and
 * dx = a (dy - dbeta / m - (x - mean) dgamma / (sigma m)), m elements of a channel (section 3 there). It is computed as
 * a dy + b x + c with vectors a, b and c, so that the data are read as few times as possible.
 */
export const batchNormalization: GradientRule = at => {
  const { build, node, dy } = at;
  const rank = at.shape(0)?.length;
  if (rank === undefined) throw new NoGradient('the number of axes of its input is not known');
  const type = at.elementType(0);
  const axes = Array.from({ length: rank }, (_, i) => i).filter(axis => axis !== 1);
  const training = intAttribute(node, 'training_mode', 0) !== 0;
  if (training && floatAttribute(node, 'momentum', 0.9) !== 0)
    throw new NoGradient('it is in training mode; export the network in inference mode');
  if (!training && (at.needs(3) || at.needs(4))) throw new NoGradient('its mean and variance are computed');
  const mean = training ? at.output(1) : at.input(3);
  const variance = training ? at.output(2) : at.input(4);
  const epsilon = build.scalar(floatAttribute(node, 'epsilon', 1e-5), type);
  const sigma = build.add('Sqrt', [build.add('Add', [variance, epsilon])]);
  const a = build.add('Div', [at.input(1), sigma]);
  const batchGradient = training && at.needs(0);
  const dbeta = at.needs(2) || at.needs(1) || batchGradient ? build.reduceSum(dy, axes, false) : null;
  const dgamma = dbeta && (at.needs(1) || batchGradient) ? gammaGradient(at, dbeta, mean, sigma, axes) : null;
  let dx: string | null = null;
  if (at.needs(0) && !training) dx = scaled(at, dy, a, build.scalar(0, type));
  else if (at.needs(0) && dbeta && dgamma) {
    const count = elements(at, mean);
    // b = -a dgamma / (sigma m), c = -a dbeta / m - b mean
    const b = build.add('Neg', [build.add('Div', [build.add('Mul', [a, dgamma]), build.add('Mul', [sigma, count])])]);
    const shift = build.add('Add', [
      build.add('Div', [build.add('Mul', [a, dbeta]), count]),
      build.add('Mul', [b, mean]),
    ]);
    dx = build.add('Add', [scaled(at, dy, a, build.add('Neg', [shift])), byChannel(at, at.input(0), b)]);
  }
  return [dx, at.needs(1) ? dgamma : null, at.needs(2) ? dbeta : null];
};

/** dgamma = (sum dy x - mean dbeta) / sigma. */
function gammaGradient(
  at: GradientSituation,
  dbeta: string,
  mean: string,
  sigma: string,
  axes: readonly number[],
): string {
  const { build } = at;
  const products = build.reduceSum(build.add('Mul', [at.dy, at.input(0)]), axes, false);
  return build.add('Div', [build.add('Sub', [products, build.add('Mul', [mean, dbeta])]), sigma]);
}

/** factor x + shift by channel, in the one pass over the data that the runtime's own BatchNormalization takes. */
function scaled(at: GradientSituation, x: string, factor: string, shift: string): string {
  const { build } = at;
  const type = at.elementType(0);
  const zero = build.add('Sub', [factor, factor]);
  const bias = build.add('Add', [zero, shift]);
  const one = build.add('Add', [zero, build.scalar(1, type)]);
  return build.add('BatchNormalization', [x, factor, bias, zero, one], { epsilon: { float: 0 } });
}

const byChannel = ({ build, shape }: GradientSituation, x: string, factor: string): string => {
  const after = Array.from({ length: (shape(0)?.length ?? 2) - 2 }, (_, i) => i + 1);
  return build.add('Mul', [x, after.length ? build.add('Unsqueeze', [factor, build.integers(after)]) : factor]);
};

/** m = elements of x over its channels, as a scalar of the graph. */
function elements({ build, shape, input, elementType }: GradientSituation, mean: string): string {
  const sizes = shape(0)?.filter((_, axis) => axis !== 1);
  const type = elementType(0);
  if (sizes?.every(size => typeof size === 'number')) {
    return build.scalar(
      sizes.reduce((product: number, size) => product * Number(size), 1),
      type,
    );
  }
  const cast = (value: string): string => build.add('CastLike', [build.add('Size', [value]), mean]);
  return build.add('Div', [cast(input(0)), cast(mean)]);
}
