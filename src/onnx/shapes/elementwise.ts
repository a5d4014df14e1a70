/** Operators that compute each element from the elements at the same place. */

import { intAttribute } from '../attributes.ts';
import { elementTypeOf } from '../element-type.ts';
import type { Dimension, ElementType } from '../graph.ts';
import { combined, known, rounded } from './content.ts';
import { add, broadcast, divide, multiply } from './dimension.ts';
import { floating, likeFirst, type Rule, type Rules, shaped, type Value, withContent } from './rule.ts';

/** Those that no exporter computes shapes with. */
const shapeOnly = (
  'Acos Acosh Asin Asinh Atan Atanh BitwiseNot Celu Cosh Elu Erf Gelu HardSigmoid HardSwish IsInf IsNaN ' +
  'LeakyRelu Mish Selu Shrink Sigmoid Sinh Softplus Softsign Swish Tan Tanh ' +
  'ThresholdedRelu Bernoulli RandomNormalLike RandomUniformLike Trilu'
).split(' ');
const shapeOnlyOfTwo = 'BitShift BitwiseAnd BitwiseOr BitwiseXor PRelu'.split(' ');

const unary =
  (change: (value: number) => number, ofNames: (name: string) => Dimension = () => null): Rule =>
  at => {
    const value = at.input(0);
    return [
      combined([value], value.type, ([x = null]) =>
        typeof x === 'string' ? ofNames(x) : x === null ? null : change(x),
      ),
    ];
  };

/** A name stands for a positive whole number, which these leave as it is. */
const itself = (name: string): string => name;

type Compute = (a: Dimension, b: Dimension, type: ElementType) => Dimension;

const binary =
  (compute: Compute, result?: ElementType): Rule =>
  at => {
    const [a, b] = [at.input(0), at.input(1)];
    return [combined([a, b], result ?? a.type, ([x = null, y = null]) => compute(x, y, a.type))];
  };

const ofNumbers =
  (compute: (a: number, b: number, type: ElementType) => number): Compute =>
  (a, b, type) =>
    typeof a === 'number' && typeof b === 'number' ? compute(a, b, type) : null;

const subtract: Compute = (a, b) => (a === b && a !== null ? 0 : add(a, typeof b === 'number' ? -b : null));

/** Integers are divided as in C, toward zero. */
const quotient: Compute = (a, b, type) => {
  if (typeof a !== 'number' || typeof b !== 'number') return divide(a, b);
  if (b === 0) return null;
  return floating(type) ? a / b : Math.trunc(a / b);
};

/** A size that is a name is positive, so it differs from what is not. */
const equal: Compute = (a, b) => {
  if (a === null || b === null) return null;
  if (typeof a === typeof b) return a === b ? 1 : typeof a === 'number' ? 0 : null;
  const number = typeof a === 'number' ? a : b;
  return typeof number === 'number' && number <= 0 ? 0 : null;
};

/** Whether a > b, where a name is known to be at least 1. */
const greater: Compute = (a, b) => {
  if (typeof a === 'number' && typeof b === 'number') return a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'number' && b <= 0) return 1;
  return typeof b === 'string' && typeof a === 'number' && a <= 0 ? 0 : null;
};
const not = (value: Dimension): Dimension => (typeof value === 'number' ? 1 - value : null);

/** The sign is that of the divisor, with fmod that of the dividend. */
const modulo: Rule = at => {
  const fmod = intAttribute(at.node, 'fmod', 0) !== 0;
  return binary(ofNumbers((a, b) => (b === 0 ? Number.NaN : fmod ? a % b : a - b * Math.floor(a / b))))(at);
};

const variadic =
  (
    compute: (a: Dimension, b: Dimension) => Dimension,
    finish: (sum: Dimension, count: number) => Dimension = sum => sum,
  ): Rule =>
  at => {
    const values = at.node.inputs.map((_, i) => at.input(i));
    return [combined(values, values[0]?.type ?? 'other', all => finish(all.reduce(compute), all.length))];
  };

/** A name is at least 1. */
const larger = (a: Dimension, b: Dimension): Dimension => extreme(a, b, Math.max, (name, _) => name);
const smaller = (a: Dimension, b: Dimension): Dimension => extreme(a, b, Math.min, (_, number) => number);

function extreme(
  a: Dimension,
  b: Dimension,
  ofTwo: (a: number, b: number) => number,
  ofName: (name: string, number: number) => Dimension,
): Dimension {
  if (a === b) return a;
  if (typeof a === 'number' && typeof b === 'number') return ofTwo(a, b);
  const [name, number] = typeof a === 'string' ? [a, b] : [b, a];
  return typeof name === 'string' && typeof number === 'number' && number <= 1 ? ofName(name, number) : null;
}

/** Bounds by input from opset 11 on. */
const clip: Rule = at => {
  const value = at.input(0);
  const bounds = [1, 2].map(i => (at.has(i) ? (known(at.input(i))?.content[0] ?? null) : undefined));
  const [low, high] = bounds;
  if (low === null || high === null || (at.opset < 11 && at.node.attributes.size > 0)) return [shaped(value.shape)];
  return [
    combined([value], value.type, ([x = null]) =>
      typeof x !== 'number' || typeof low === 'string' || typeof high === 'string'
        ? null
        : Math.min(Math.max(x, low ?? Number.NEGATIVE_INFINITY), high ?? Number.POSITIVE_INFINITY),
    ),
  ];
};

/** Half to even. */
const roundHalf = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

const where: Rule = at => {
  const [condition, yes, no] = [at.input(0), at.input(1), at.input(2)];
  return [
    combined([condition, yes, no], yes.type, ([test = null, a = null, b = null]) =>
      test === null ? (a === b ? a : null) : test === 0 ? b : a,
    ),
  ];
};

const castTo = (value: Value, type: ElementType): Value => {
  const { shape, content } = value;
  return shape && content
    ? withContent(
        shape,
        content.map(each => rounded(each, type)),
        type,
      )
    : shaped(shape);
};

const cast: Rule = at => [castTo(at.input(0), elementTypeOf(intAttribute(at.node, 'to', 0)))];
const castLike: Rule = at => [at.input(1).content ? castTo(at.input(0), at.input(1).type) : shaped(at.input(0).shape)];

const identity: Rule = at => [at.input(0)];

/** The second output of Dropout is the mask. */
const dropout: Rule = at => [at.input(0), shaped(at.input(0).shape)];

export const elementwiseRules: Rules = {
  ...Object.fromEntries(shapeOnly.map(name => [name, likeFirst])),
  ...Object.fromEntries(
    shapeOnlyOfTwo.map((name): [string, Rule] => [
      name,
      at => [shaped(broadcast(at.input(0).shape, at.input(1).shape))],
    ]),
  ),
  Abs: unary(Math.abs, itself),
  Ceil: unary(Math.ceil, itself),
  Floor: unary(Math.floor, itself),
  Round: unary(roundHalf, itself),
  Relu: unary(x => Math.max(x, 0), itself),
  Neg: unary(x => -x),
  Sign: unary(Math.sign, () => 1),
  Not: unary(
    x => (x === 0 ? 1 : 0),
    () => 0,
  ),
  Sqrt: unary(Math.sqrt),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Reciprocal: unary(x => 1 / x),
  Add: binary(add),
  Sub: binary(subtract),
  Mul: binary(multiply),
  Div: binary(quotient),
  Pow: binary(ofNumbers((a, b, type) => (floating(type) ? a ** b : Math.trunc(a ** b)))),
  Mod: modulo,
  And: binary((a, b) => (a === 0 || b === 0 ? 0 : a === null || b === null ? null : 1), 'bool'),
  Or: binary((a, b) => (a === 1 || b === 1 ? 1 : a === null || b === null ? null : 0), 'bool'),
  Xor: binary(
    ofNumbers((a, b) => (a === b ? 0 : 1)),
    'bool',
  ),
  Equal: binary(equal, 'bool'),
  Greater: binary(greater, 'bool'),
  Less: binary((a, b, type) => greater(b, a, type), 'bool'),
  GreaterOrEqual: binary((a, b, type) => not(greater(b, a, type)), 'bool'),
  LessOrEqual: binary((a, b, type) => not(greater(a, b, type)), 'bool'),
  Max: variadic(larger),
  Min: variadic(smaller),
  Sum: variadic(add),
  Mean: variadic(add, (sum, count) => (typeof sum === 'number' ? sum / count : null)),
  Clip: clip,
  Where: where,
  Cast: cast,
  CastLike: castLike,
  Identity: identity,
  Dropout: dropout,
};
