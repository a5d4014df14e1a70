/** Operators that give the same elements other axes. */

import { intAttribute, intsAttribute } from '../attributes.ts';
import type { Dimension, Shape } from '../graph.ts';
import { elementAt, known, tabulate } from './content.ts';
import { axisOf, broadcast, divide, multiply, productOfAll } from './dimension.ts';
import { intsSince, maxContent, numbers, type Rule, type Rules, shaped, unknown, withContent } from './rule.ts';

/** 0 keeps the size at that place (unless allowzero), one -1 takes what is left. */
const reshape: Rule = at => {
  const { shape: from, content, type } = at.input(0);
  const target = at.has(1) ? at.input(1).content : intsAttribute(at.node, 'shape');
  if (!target) return [shaped(unknownOfRank(at.input(1).shape))];
  const keepZero = intAttribute(at.node, 'allowzero', 0) !== 0;
  const wanted = target.map((size, i): Dimension => (size === 0 && !keepZero ? (from?.[i] ?? null) : size));
  const open = wanted.flatMap((size, i) => (size === -1 ? [i] : []));
  // When all but one size is known, it is what is left, also where that one was only not known.
  const gap = open[0] ?? (wanted.filter(size => size === null).length === 1 ? wanted.indexOf(null) : -1);
  if (gap >= 0) {
    const others = productOfAll(wanted.filter((_, i) => i !== gap));
    wanted[gap] = from ? divide(productOfAll(from), others) : null;
  }
  if (open.length > 1 || wanted.some(size => typeof size === 'number' && size < 0)) return [unknown];
  return [withContent(wanted, content, type)];
};

/** A shape given as a vector of n numbers that are not known. */
export function unknownOfRank(vector: Shape | null): Shape | null {
  const rank = vector?.length === 1 ? vector[0] : undefined;
  return typeof rank === 'number' && rank <= maxContent ? new Array<Dimension>(rank).fill(null) : null;
}

const flatten: Rule = at => {
  const { shape, content, type } = at.input(0);
  const axis = intAttribute(at.node, 'axis', 1);
  const split = shape && (axis < 0 ? axis + shape.length : axis);
  if (!shape || split === null || split < 0 || split > shape.length) return [unknown];
  return [withContent([productOfAll(shape.slice(0, split)), productOfAll(shape.slice(split))], content, type)];
};

const transpose: Rule = at => {
  const value = at.input(0);
  const { shape, type } = value;
  if (!shape) return [unknown];
  const order = (intsAttribute(at.node, 'perm') ?? shape.map((_, i) => shape.length - 1 - i)).map(axis =>
    axisOf(axis, shape.length),
  );
  if (order.length !== shape.length || new Set(order).size !== order.length || order.includes(null)) return [unknown];
  const result = order.map(axis => shape[axis!]!);
  const from = known(value);
  const back = order.map((_, axis) => order.indexOf(axis));
  const content =
    from &&
    tabulate(result, index =>
      elementAt(
        from,
        back.map(i => index[i]!),
      ),
    );
  return [withContent(result, content, type)];
};

const squeeze: Rule = at => {
  const { shape, content, type } = at.input(0);
  const given = at.opset < 13 ? intsAttribute(at.node, 'axes') !== null : at.has(1);
  const axes = intsSince(at, 13, 'axes', 1);
  if (!shape || (given && !axes)) return [unknown];
  // Without axes, all of size 1 go; a size that is not known might be one.
  if (!axes && shape.some(size => typeof size !== 'number')) return [unknown];
  const drop = new Set(
    axes ? axes.map(axis => axisOf(axis, shape.length)) : shape.flatMap((n, i) => (n === 1 ? [i] : [])),
  );
  return [
    withContent(
      shape.filter((_, i) => !drop.has(i)),
      content,
      type,
    ),
  ];
};

const unsqueeze: Rule = at => {
  const { shape, content, type } = at.input(0);
  const axes = intsSince(at, 13, 'axes', 1);
  if (!shape || !axes || shape.length + axes.length > maxContent) return [unknown];
  const rank = shape.length + axes.length;
  const added = new Set(axes.map(axis => axisOf(axis, rank)));
  if (added.has(null) || added.size !== axes.length) return [unknown];
  const rest = [...shape];
  const result = Array.from({ length: rank }, (_, i): Dimension => (added.has(i) ? 1 : rest.shift()!));
  return [withContent(result, content, type)];
};

const expand: Rule = at => {
  const value = at.input(0);
  const target = at.input(1).content;
  if (!value.shape) return [unknown];
  if (!target) return [shaped(unknownOfRank(at.input(1).shape))];
  const result = broadcast(value.shape, target);
  const from = known(value);
  return [
    result ? withContent(result, from && tabulate(result, index => elementAt(from, index)), value.type) : unknown,
  ];
};

const tile: Rule = at => {
  const value = at.input(0);
  const { shape, type } = value;
  const repeats = at.input(1).content;
  if (!shape) return [unknown];
  const result = shape.map((size, i) => multiply(size, repeats?.[i] ?? null));
  const from = numbers(repeats) && known(value);
  const content =
    from &&
    tabulate(result, index =>
      elementAt(
        from,
        index.map((i, axis) => i % from.dims[axis]!),
      ),
    );
  return [withContent(result, content, type)];
};

export const layoutRules: Rules = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Tile: tile,
};
