/** Operators that make one element out of many along some axes. */

import { intAttribute } from '../attributes.ts';
import type { Dimension, Shape } from '../graph.ts';
import { elementAt, known, rounded, tabulate } from './content.ts';
import { add, axisOf, multiply } from './dimension.ts';
import { intsSince, type Rule, type Rules, shaped, type Value, withContent } from './rule.ts';

const reduced = (shape: Shape | null, axes: readonly number[] | null, keep: boolean): Shape | null => {
  if (!shape) return null;
  const drop = new Set(axes ? axes.map(axis => axisOf(axis, shape.length)) : shape.map((_, i) => i));
  return shape.flatMap((size, i) => (!drop.has(i) ? [size] : keep ? [1] : []));
};

type Fold = (elements: readonly Dimension[]) => Dimension;

/** No axes means all of them, or none of them with noop_with_empty_axes. ReduceSum took them as an input first. */
const reduce =
  (fold: Fold | null): Rule =>
  at => {
    const value = at.input(0);
    const { shape } = value;
    const keep = intAttribute(at.node, 'keepdims', 1) !== 0;
    const axes = intsSince(at, at.node.opType === 'ReduceSum' ? 13 : 18, 'axes', 1);
    if (!axes && at.has(1)) return [shaped(keep && shape ? shape.map(() => null) : null)];
    if (!axes?.length && intAttribute(at.node, 'noop_with_empty_axes', 0) !== 0) return [value];
    const along = axes?.length ? axes : null;
    const result = reduced(shape, along, keep);
    return [result ? withContent(result, fold && folded(value, along, fold), value.type) : shaped(null)];
  };

/** In the order of the axes that stay. */
function folded(value: Value, axes: readonly number[] | null, fold: Fold): readonly Dimension[] | null {
  const from = known(value);
  if (!from) return null;
  const gone = axes ? axes.map(axis => axisOf(axis, from.dims.length)) : from.dims.map((_, i) => i);
  const inner = from.dims.map((size, axis) => (gone.includes(axis) ? size : 1));
  const outer = from.dims.map((size, axis) => (gone.includes(axis) ? 1 : size));
  return tabulate(outer, at => {
    const elements = tabulate(inner, index =>
      elementAt(
        from,
        index.map((i, axis) => i + at[axis]!),
      ),
    );
    return elements ? rounded(fold(elements), value.type) : null;
  });
}

const ofNumbers =
  (fold: (elements: readonly number[]) => number): Fold =>
  elements =>
    elements.length > 0 && elements.every(each => typeof each === 'number')
      ? fold(elements as readonly number[])
      : null;

/** Which element is the largest or the smallest, the first of equals. */
const argument =
  (largest: boolean): Rule =>
  at => {
    const value = at.input(0);
    const axes = [intAttribute(at.node, 'axis', 0)];
    const result = reduced(value.shape, axes, intAttribute(at.node, 'keepdims', 1) !== 0);
    const last = intAttribute(at.node, 'select_last_index', 0) !== 0;
    const best = ofNumbers(all => all.indexOf(largest ? Math.max(...all) : Math.min(...all)));
    const content = last ? null : folded({ ...value, type: 'int64' }, axes, best);
    return [result ? withContent(result, content) : shaped(null)];
  };

/** Along one axis, each with all before it. */
const cumSum: Rule = at => {
  const value = at.input(0);
  const [from, axis] = [known(value), known(at.input(1))?.content[0]];
  const plain = intAttribute(at.node, 'exclusive', 0) === 0 && intAttribute(at.node, 'reverse', 0) === 0;
  const along = from && typeof axis === 'number' ? axisOf(axis, from.dims.length) : null;
  if (!from || along === null || !plain) return [shaped(value.shape)];
  const content = tabulate(from.dims, index => {
    let sum: Dimension = 0;
    for (let i = 0; i <= index[along]!; i++) sum = add(sum, elementAt(from, index.with(along, i)));
    return sum;
  });
  return [withContent(from.dims, content, value.type)];
};

export const reductionRules: Rules = {
  ...Object.fromEntries('L1 L2 LogSum LogSumExp SumSquare'.split(' ').map(name => [`Reduce${name}`, reduce(null)])),
  ReduceSum: reduce(elements => elements.reduce(add, 0)),
  ReduceProd: reduce(elements => elements.reduce(multiply, 1)),
  ReduceMax: reduce(ofNumbers(all => Math.max(...all))),
  ReduceMin: reduce(ofNumbers(all => Math.min(...all))),
  ReduceMean: reduce(ofNumbers(all => all.reduce((a, b) => a + b, 0) / all.length)),
  ArgMax: argument(true),
  ArgMin: argument(false),
  CumSum: cumSum,
};
