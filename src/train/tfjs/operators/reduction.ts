/** Sums over axes, products of matrices, and what is made of both. */
import { floatAttribute, intAttribute } from '../../../onnx/attributes.ts';
import { axisOf, type Call, type Tf, type TfjsOperator, type TfjsOperators, type TfjsTensor } from '../item.ts';

const reduced =
  (apply: (tf: Tf, x: TfjsTensor, axes: number[] | undefined, keep: boolean) => TfjsTensor): TfjsOperator =>
  ({ tf, node, x, whole }) => {
    const axes = whole(1)?.map(axis => axisOf(axis, x(0).rank));
    const keep = intAttribute(node, 'keepdims', 1) !== 0;
    if (axes?.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) !== 0) return [x(0).clone()];
    return [apply(tf, x(0), axes && axes.length > 0 ? axes : undefined, keep)];
  };

const best: TfjsOperator = ({ tf, node, x }) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), x(0).rank);
  const found = tf.argMax(x(0), axis);
  return [intAttribute(node, 'keepdims', 1) === 0 ? found : tf.expandDims(found, axis)];
};

/** z - log sum exp z along one axis. */
function logSoftmax({ tf, node, x }: Call): TfjsTensor {
  const axis = axisOf(intAttribute(node, 'axis', -1), x(0).rank);
  return tf.sub(x(0), tf.logSumExp(x(0), axis, true));
}

const gemm: TfjsOperator = ({ tf, node, x, has }) => {
  const flag = (name: string): boolean => intAttribute(node, name, 0) !== 0;
  const plain = tf.matMul(x(0), x(1), flag('transA'), flag('transB'));
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)];
  const scaled = alpha === 1 ? plain : tf.mul(plain, alpha);
  return [has(2) ? tf.add(scaled, beta === 1 ? x(2) : tf.mul(x(2), beta)) : scaled];
};

/** Ba et al. 2016; mean and the inverse deviation come with it. */
const layerNormalization: TfjsOperator = ({ tf, node, x, has }) => {
  const { rank } = x(0);
  const first = axisOf(intAttribute(node, 'axis', -1), rank);
  const axes = Array.from({ length: rank - first }, (_, i) => first + i);
  const { mean, variance } = tf.moments(x(0), axes, true);
  const inverse = tf.rsqrt(tf.add(variance, floatAttribute(node, 'epsilon', 1e-5)));
  const scaled = tf.mul(tf.mul(tf.sub(x(0), mean), inverse), x(1));
  return [has(2) ? tf.add(scaled, x(2)) : scaled, mean, inverse];
};

/** Ioffe and Szegedy 2015, by channel (axis 1); with `training_mode` by the statistics of the batch, which come with it. */
const batchNormalization: TfjsOperator = ({ tf, node, x }) => {
  const wide = (vector: TfjsTensor): TfjsTensor =>
    vector.reshape(x(0).shape.map((_, i) => (i === 1 ? vector.size : 1)));
  const axes = x(0).shape.flatMap((_, i) => (i === 1 ? [] : [i]));
  const training = intAttribute(node, 'training_mode', 0) !== 0;
  const own = training ? tf.moments(x(0), axes) : { mean: x(3), variance: x(4) };
  const factor = tf.div(x(1), tf.sqrt(tf.add(own.variance, floatAttribute(node, 'epsilon', 1e-5))));
  const y = tf.add(tf.mul(tf.sub(x(0), wide(own.mean)), wide(factor)), wide(x(2)));
  if (!training) return [y];
  const momentum = floatAttribute(node, 'momentum', 0.9);
  const running = (before: TfjsTensor, now: TfjsTensor): TfjsTensor =>
    tf.add(tf.mul(before, momentum), tf.mul(now, 1 - momentum));
  return [y, running(x(3), own.mean), running(x(4), own.variance)];
};

export const reduction: TfjsOperators = {
  ReduceSum: reduced((tf, x, axes, keep) => tf.sum(x, axes, keep)),
  ReduceMean: reduced((tf, x, axes, keep) => tf.mean(x, axes, keep)),
  ReduceMax: reduced((tf, x, axes, keep) => tf.max(x, axes, keep)),
  ReduceSumSquare: reduced((tf, x, axes, keep) => tf.sum(tf.square(x), axes, keep)),
  ArgMax: best,
  Softmax: call => [call.tf.exp(logSoftmax(call))],
  LogSoftmax: call => [logSoftmax(call)],
  Gemm: gemm,
  MatMul: ({ tf, x }) => [tf.matMul(x(0), x(1))],
  LayerNormalization: layerNormalization,
  BatchNormalization: batchNormalization,
};
