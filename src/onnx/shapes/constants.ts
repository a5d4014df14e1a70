/** Operators that make values out of attributes and shapes. */

import { intAttribute } from '../attributes.ts';
import { elementTypeOf } from '../element-type.ts';
import { elementAt, known, rounded, tabulate } from './content.ts';
import { productOfAll } from './dimension.ts';
import { unknownOfRank } from './layout.ts';
import { constantValue, maxContent, numbers, type Rule, type Rules, shaped, unknown, withContent } from './rule.ts';

const constant: Rule = ({ node }) => {
  for (const attribute of node.attributes.values()) {
    if (attribute.kind === 'tensor') return [constantValue(attribute.value)];
    if (attribute.kind === 'int') return [withContent([], [attribute.value])];
    if (attribute.kind === 'ints') return [withContent([attribute.value.length], attribute.value)];
    if (attribute.kind === 'float') return [withContent([], [attribute.value], 'float32')];
    if (attribute.kind === 'floats') return [withContent([attribute.value.length], attribute.value, 'float32')];
  }
  return [unknown];
};

const constantOfShape: Rule = at => {
  const target = at.input(0);
  const shape = target.content;
  if (!shape) return [shaped(unknownOfRank(target.shape))];
  const value = at.node.attributes.get('value');
  const fill = value?.kind === 'tensor' ? constantValue(value.value) : withContent([1], [0], 'float32');
  const [element] = fill.content?.length === 1 ? fill.content : [];
  const content = element === undefined ? null : tabulate(shape, () => element);
  return [withContent(shape, content, fill.type)];
};

/** The sizes of the axes from `start` up to `end` (opset 15). */
const shapeOf: Rule = at => {
  const { shape } = at.input(0);
  if (!shape) return [shaped([null])];
  const clamp = (value: number): number =>
    Math.min(Math.max(value < 0 ? value + shape.length : value, 0), shape.length);
  const sizes = shape.slice(
    clamp(intAttribute(at.node, 'start', 0)),
    clamp(intAttribute(at.node, 'end', shape.length)),
  );
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
  const { type } = at.input(0);
  return [
    withContent(
      [count],
      Array.from({ length: count }, (_, i) => rounded(start + i * delta, type)),
      type,
    ),
  ];
};

/** One column per non-zero element, in row-major order: their number is known beforehand where the elements are. */
const nonZero: Rule = at => {
  const rank = at.input(0).shape?.length ?? null;
  const found = known(at.input(0));
  const indices: (readonly number[])[] = [];
  const unclear =
    found &&
    tabulate(found.dims, index => {
      const element = elementAt(found, index);
      if (element !== 0) indices.push([...index]);
      return element;
    })?.includes(null);
  if (rank === null || unclear !== false) return [shaped([rank, null])];
  const content = Array.from({ length: rank }, (_, axis) => indices.map(index => index[axis]!)).flat();
  return [withContent([rank, indices.length], content)];
};

/** Ones on a diagonal. */
const eyeLike: Rule = at => {
  const { shape } = at.input(0);
  const offset = intAttribute(at.node, 'k', 0);
  const type = elementTypeOf(intAttribute(at.node, 'dtype', 1));
  const content = shape?.length === 2 ? tabulate(shape, ([i = 0, j = 0]) => (j - i === offset ? 1 : 0)) : null;
  return [shape ? withContent(shape, content, type) : unknown];
};

export const constantRules: Rules = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shapeOf,
  Size: sizeOf,
  Range: range,
  NonZero: nonZero,
  EyeLike: eyeLike,
};
