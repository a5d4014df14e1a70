/** Operators that treat each element by itself. */

import { floatAttribute, intAttribute, textAttribute } from '../../../onnx/attributes.ts';
import { codeOf } from '../../../onnx/element-type.ts';
import {
  type Call,
  type HostNumbers,
  isWhole,
  type Tf,
  type TfjsOperator,
  type TfjsOperators,
  type TfjsTensor,
} from '../item.ts';

const unary =
  (apply: (tf: Tf, x: TfjsTensor, call: Call) => TfjsTensor): TfjsOperator =>
  call => [apply(call.tf, call.x(0), call)];

/** Whole numbers by scalars stay whole numbers, as sizes do on their way to a Reshape. */
const binary =
  (
    apply: (tf: Tf, a: TfjsTensor, b: TfjsTensor) => TfjsTensor,
    whole?: (a: number, b: number) => number,
  ): TfjsOperator =>
  call => {
    const [a, b] = [call.item(0), call.item(1)];
    if (whole && isWhole(a) && isWhole(b)) {
      const longer = a.numbers.length >= b.numbers.length ? a : b;
      const at = ({ numbers }: HostNumbers, i: number): number => numbers[numbers.length === 1 ? 0 : i] ?? 0;
      return [{ dims: longer.dims, numbers: longer.numbers.map((_, i) => whole(at(a, i), at(b, i))) }];
    }
    return [apply(call.tf, call.x(0), call.x(1))];
  };

const folded =
  (apply: (tf: Tf, a: TfjsTensor, b: TfjsTensor) => TfjsTensor): TfjsOperator =>
  ({ tf, x, node }) => [
    node.inputs.slice(1).reduce((so, _, i) => apply(tf, so, x(i + 1)), node.inputs.length === 1 ? x(0).clone() : x(0)),
  ];

const [float, bool] = [codeOf('float32'), codeOf('bool')];

const cast: TfjsOperator = ({ tf, node, x, item }) => {
  const to = intAttribute(node, 'to', float);
  const given = item(0);
  if (to !== float && to !== bool) return [isWhole(given) ? given : tf.cast(x(0), 'int32')];
  return [tf.cast(x(0), to === float ? 'float32' : 'bool')];
};

const gelu = (tf: Tf, x: TfjsTensor, { node }: Call): TfjsTensor => {
  const inner =
    textAttribute(node, 'approximate', 'none') === 'tanh'
      ? tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, tf.scalar(3))))))
      : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(x, 0.5), tf.add(inner, 1));
};

const clip: TfjsOperator = ({ tf, x, has }) => {
  let y = x(0);
  if (has(1)) y = tf.maximum(y, x(1));
  if (has(2)) y = tf.minimum(y, x(2));
  return [y === x(0) ? y.clone() : y];
};

const hardSigmoid = (tf: Tf, x: TfjsTensor, alpha: number, beta: number): TfjsTensor =>
  tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1);

export const elementwise: TfjsOperators = {
  Abs: unary((tf, x) => tf.abs(x)),
  Ceil: unary((tf, x) => tf.ceil(x)),
  Erf: unary((tf, x) => tf.erf(x)),
  Exp: unary((tf, x) => tf.exp(x)),
  Floor: unary((tf, x) => tf.floor(x)),
  Gelu: unary(gelu),
  HardSigmoid: unary((tf, x, { node }) =>
    hardSigmoid(tf, x, floatAttribute(node, 'alpha', 0.2), floatAttribute(node, 'beta', 0.5)),
  ),
  HardSwish: unary((tf, x) => tf.mul(x, hardSigmoid(tf, x, 1 / 6, 0.5))),
  Identity: ({ item }) => [(given => (isWhole(given) ? given : given.clone()))(item(0))],
  Dropout: ({ x }) => [x(0).clone()],
  IsNaN: unary((tf, x) => tf.isNaN(x)),
  LeakyRelu: unary((tf, x, { node }) => tf.leakyRelu(x, floatAttribute(node, 'alpha', 0.01))),
  Log: unary((tf, x) => tf.log(x)),
  Neg: unary((tf, x) => tf.neg(x)),
  Not: unary((tf, x) => tf.logicalNot(x)),
  Reciprocal: unary((tf, x) => tf.div(1, x)),
  Relu: unary((tf, x) => tf.relu(x)),
  Sigmoid: unary((tf, x) => tf.sigmoid(x)),
  Sign: unary((tf, x) => tf.sign(x)),
  Sqrt: unary((tf, x) => tf.sqrt(x)),
  Tanh: unary((tf, x) => tf.tanh(x)),
  Add: binary(
    (tf, a, b) => tf.add(a, b),
    (a, b) => a + b,
  ),
  Sub: binary(
    (tf, a, b) => tf.sub(a, b),
    (a, b) => a - b,
  ),
  Mul: binary(
    (tf, a, b) => tf.mul(a, b),
    (a, b) => a * b,
  ),
  Div: binary(
    (tf, a, b) => tf.div(a, b),
    (a, b) => Math.trunc(a / b),
  ),
  Pow: binary((tf, a, b) => tf.pow(a, b)),
  And: binary((tf, a, b) => tf.logicalAnd(a, b)),
  Or: binary((tf, a, b) => tf.logicalOr(a, b)),
  Equal: binary((tf, a, b) => tf.equal(a, b)),
  Greater: binary((tf, a, b) => tf.greater(a, b)),
  GreaterOrEqual: binary((tf, a, b) => tf.greaterEqual(a, b)),
  Less: binary((tf, a, b) => tf.less(a, b)),
  LessOrEqual: binary((tf, a, b) => tf.lessEqual(a, b)),
  Max: folded((tf, a, b) => tf.maximum(a, b)),
  Min: folded((tf, a, b) => tf.minimum(a, b)),
  Sum: folded((tf, a, b) => tf.add(a, b)),
  Where: ({ tf, x }) => [tf.where(tf.cast(x(0), 'bool'), x(1), x(2))],
  Clip: clip,
  Cast: cast,
  CastLike: ({ tf, x }) => [tf.cast(x(0), x(1).dtype)],
};
