/** Operators that compute each element from the elements at the same place. */

import { intOf } from '../attributes.ts';
import type { Dimension } from '../graph.ts';
import { add, broadcast, divide, multiply } from './dimension.ts';
import { likeFirst, type Rule, type Rules, type Situation, shaped, unknown, type Value, withContent } from './rule.ts';

const unary = (
  'Abs Acos Acosh Asin Asinh Atan Atanh BitwiseNot Celu Clip Cos Cosh Elu Erf Exp Gelu HardSigmoid HardSwish IsInf IsNaN ' +
  'LeakyRelu Log Mish Not Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt Swish Tan Tanh ' +
  'ThresholdedRelu Bernoulli RandomNormalLike RandomUniformLike CumSum Trilu'
).split(' ');
const binary =
  'And BitShift BitwiseAnd BitwiseOr BitwiseXor Greater GreaterOrEqual Less LessOrEqual Mod Or PRelu Pow Xor'.split(
    ' ',
  );
const variadic = ['Max', 'Mean', 'Min', 'Sum'];

type Compute = (a: Dimension, b: Dimension, floating: boolean) => Dimension;

/** Broadcasts the contents as well, when both are known. */
const arithmetic =
  (compute: Compute): Rule =>
  at => {
    const [a, b] = [at.input(0), at.input(1)];
    const shape = broadcast(a.shape, b.shape);
    if (!shape || !a.content || !b.content || shape.length > 1) return [shaped(shape)];
    const length = Math.max(a.content.length, b.content.length);
    const pick = (content: readonly Dimension[], i: number): Dimension => content[content.length === 1 ? 0 : i] ?? null;
    const floating = a.floating || b.floating;
    const content = Array.from({ length }, (_, i) => compute(pick(a.content!, i), pick(b.content!, i), floating));
    return [withContent(shape, content, floating)];
  };

const subtract: Compute = (a, b) => (a === b && a !== null ? 0 : add(a, typeof b === 'number' ? -b : null));

/** Integers are divided as in C, toward zero. */
const quotient: Compute = (a, b, floating) => {
  if (typeof a !== 'number' || typeof b !== 'number') return divide(a, b);
  if (b === 0) return null;
  return floating ? a / b : Math.trunc(a / b);
};

/** A size that is a name is positive, so it differs from what is not. */
const equal: Compute = (a, b) => {
  if (a === null || b === null) return null;
  if (typeof a === typeof b) return a === b ? 1 : typeof a === 'number' ? 0 : null;
  const number = typeof a === 'number' ? a : b;
  return typeof number === 'number' && number <= 0 ? 0 : null;
};

const where: Rule = at => {
  const [condition, yes, no] = [at.input(0), at.input(1), at.input(2)];
  const shape = broadcast(condition.shape, broadcast(yes.shape, no.shape));
  if (!shape || shape.length > 1 || !condition.content || !yes.content || !no.content) return [shaped(shape)];
  const length = Math.max(condition.content.length, yes.content.length, no.content.length);
  const pick = ({ content }: Value, i: number): Dimension => content?.[content.length === 1 ? 0 : i] ?? null;
  const content = Array.from({ length }, (_, i) => {
    const test = pick(condition, i);
    return test === null ? null : pick(test === 0 ? no : yes, i);
  });
  return [withContent(shape, content, yes.floating || no.floating)];
};

/** TensorProto.DataType of the floating-point types. */
const floatCodes = new Set([1, 10, 11, 16]);

const cast: Rule = at => {
  const { shape, content } = at.input(0);
  if (!shape || !content) return [shaped(shape)];
  const floating = floatCodes.has(intOf(at.node, 'to', 0));
  return [withContent(shape, floating ? content : content.map(truncated), floating)];
};
const truncated = (value: Dimension): Dimension => (typeof value === 'number' ? Math.trunc(value) : value);

const mapContent =
  (change: (value: number) => number): Rule =>
  at => {
    const { shape, content, floating } = at.input(0);
    if (!shape || !content) return [shaped(shape)];
    // A name stands for a whole number, which rounding leaves as it is.
    return [
      withContent(
        shape,
        content.map(value => (typeof value === 'number' ? change(value) : value)),
        floating,
      ),
    ];
  };

const negate: Rule = at => {
  const { shape, content, floating } = at.input(0);
  if (!shape || !content) return [shaped(shape)];
  return [
    withContent(
      shape,
      content.map(value => (typeof value === 'number' ? -value : null)),
      floating,
    ),
  ];
};

const broadcastAll = (at: Situation, count: number): readonly Value[] => {
  let shape = at.input(0).shape;
  for (let i = 1; i < count; i++) shape = broadcast(shape, at.input(i).shape);
  return [shaped(shape)];
};

const identity: Rule = at => [at.input(0)];

/** The second output of Dropout is the mask. */
const dropout: Rule = at => [at.input(0), shaped(at.input(0).shape)];

export const elementwiseRules: Rules = {
  ...Object.fromEntries(unary.map(name => [name, likeFirst])),
  ...Object.fromEntries(binary.map((name): [string, Rule] => [name, at => broadcastAll(at, 2)])),
  ...Object.fromEntries(variadic.map((name): [string, Rule] => [name, at => broadcastAll(at, at.node.inputs.length)])),
  Add: arithmetic(add),
  Sub: arithmetic(subtract),
  Mul: arithmetic(multiply),
  Div: arithmetic(quotient),
  Equal: arithmetic(equal),
  Where: where,
  Cast: cast,
  CastLike: at => [shaped(at.input(0).shape), unknown],
  Floor: mapContent(Math.floor),
  Ceil: mapContent(Math.ceil),
  Neg: negate,
  Identity: identity,
  Dropout: dropout,
};
