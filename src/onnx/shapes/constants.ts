/** Operators that make values out of attributes and shapes. */

import { intOf } from '../attributes.ts';
import type { Dimension } from '../graph.ts';
import { productOfAll } from './dimension.ts';
import { constantValue, maxContent, numbers, type Rule, type Rules, shaped, unknown, withContent } from './rule.ts';

const constant: Rule = ({ node }) => {
  for (const attribute of node.attributes.values()) {
    if (attribute.kind === 'tensor') return [constantValue(attribute.value)];
    if (attribute.kind === 'int') return [withContent([], [attribute.value])];
    if (attribute.kind === 'ints') return [withContent([attribute.value.length], attribute.value)];
    if (attribute.kind === 'float') return [withContent([], [attribute.value], true)];
    if (attribute.kind === 'floats') return [withContent([attribute.value.length], attribute.value, true)];
  }
  return [unknown];
};

const constantOfShape: Rule = at => {
  const shape = at.input(0).content;
  if (!shape) return [unknown];
  const value = at.node.attributes.get('value');
  const fill = value?.kind === 'tensor' ? constantValue(value.value) : withContent([1], [0], true);
  const count = productOfAll(shape);
  const small = typeof count === 'number' && count >= 0 && count <= maxContent && shape.length <= 1;
  if (!small || fill.content?.length !== 1) return [shaped(shape)];
  return [withContent(shape, new Array<Dimension>(count).fill(fill.content[0]!), fill.floating)];
};

/** The sizes of the axes from `start` up to `end` (opset 15). */
const shapeOf: Rule = at => {
  const { shape } = at.input(0);
  if (!shape) return [shaped([null])];
  const clamp = (value: number): number =>
    Math.min(Math.max(value < 0 ? value + shape.length : value, 0), shape.length);
  const sizes = shape.slice(clamp(intOf(at.node, 'start', 0)), clamp(intOf(at.node, 'end', shape.length)));
  return [withContent([sizes.length], sizes)];
};

const sizeOf: Rule = at => {
  const { shape } = at.input(0);
  return [withContent([], [shape ? productOfAll(shape) : null])];
};

/** max(ceil((limit - start) / delta), 0) elements. */
const range: Rule = at => {
  const [start, limit, delta] = [0, 1, 2].map(i => numbers(at.input(i).content)?.[0] ?? null);
  if (start === 0 && delta === 1 && limit === null) return [shaped([at.input(1).content?.[0] ?? null])];
  if (start == null || limit == null || delta == null || delta === 0) return [shaped([null])];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isSafeInteger(count)) return [shaped([null])];
  if (count > maxContent) return [shaped([count])];
  const floating = at.input(0).floating;
  return [
    withContent(
      [count],
      Array.from({ length: count }, (_, i) => start + i * delta),
      floating,
    ),
  ];
};

/** One row per non-zero element: their number is known at run time only. */
const nonZero: Rule = at => [shaped([at.input(0).shape?.length ?? null, null])];

export const constantRules: Rules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
  Size: sizeOf,
  Range: range,
  NonZero: nonZero,
  EyeLike: at => [shaped(at.input(0).shape)],
};
