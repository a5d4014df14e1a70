/** Operators that cut values into ranges or put values together. */

import { intAttribute, intsAttribute, textAttribute } from '../attributes.ts';
import type { Dimension, Shape } from '../graph.ts';
import { allKnown, elementAt, known, tabulate } from './content.ts';
import { add, axisOf } from './dimension.ts';
import { intsSince, maxContent, type Rule, type Rules, shaped, unknown, type Value, withContent } from './rule.ts';

/** First element and count of `start:end:step` along an axis of n, as in Python. */
function slicePlan(n: number, start: number, end: number, step: number): { first: number; count: number } {
  const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
  const wrap = (value: number): number => (value < 0 ? value + n : value);
  const first = step > 0 ? clamp(wrap(start), 0, n) : clamp(wrap(start), 0, n - 1);
  const last = step > 0 ? clamp(wrap(end), 0, n) : clamp(wrap(end), -1, n - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

/** By attributes before opset 10. */
const slice: Rule = at => {
  const value = at.input(0);
  const { shape, type } = value;
  const given = (i: number, name: string): readonly Dimension[] | null =>
    at.opset < 10 ? intsAttribute(at.node, name) : at.input(i).content;
  const [starts, ends] = [given(1, 'starts'), given(2, 'ends')];
  if (!shape) return [unknown];
  const named = at.opset < 10 ? intsAttribute(at.node, 'axes') !== null : at.has(3);
  if (!starts || !ends || (named && !given(3, 'axes'))) return [shaped(shape.map(() => null))];
  const axes = named ? given(3, 'axes')! : starts.map((_, i) => i);
  const steps = at.has(4) ? at.input(4).content : null;
  const result = [...shape];
  /** Along each axis where it begins and how far the next is, while the content can be followed. */
  const walk = shape.map(() => ({ first: 0, step: 1 }));
  let part = known(value);
  axes.forEach((given, i) => {
    const axis = typeof given === 'number' ? axisOf(given, shape.length) : null;
    if (axis === null) return;
    const [size, start, end] = [result[axis]!, starts[i] ?? null, ends[i] ?? null];
    const step = at.has(4) ? (steps?.[i] ?? null) : 1;
    if (
      typeof size === 'number' &&
      typeof start === 'number' &&
      typeof end === 'number' &&
      typeof step === 'number' &&
      step !== 0
    ) {
      const { first, count } = slicePlan(size, start, end, step);
      result[axis] = count;
      walk[axis] = { first, step };
      return;
    }
    // All of an axis whose size is a name keeps the name.
    const toEnd = end === size || (typeof end === 'number' && end >= 2 ** 31 - 1);
    if (start === 0 && step === 1 && toEnd) return;
    result[axis] = start === 0 && step === 1 && typeof end === 'string' ? end : null;
    part = null;
  });
  const from = part;
  const content =
    from &&
    tabulate(result, index =>
      elementAt(
        from,
        index.map((j, axis) => walk[axis]!.first + j * walk[axis]!.step),
      ),
    );
  return [withContent(result, content, type)];
};

const concat: Rule = at => {
  const inputs = at.node.inputs.map((_, i) => at.input(i));
  const shapes = inputs.flatMap(({ shape }) => (shape ? [shape] : []));
  const rank = shapes[0]?.length ?? 0;
  if (shapes.length === 0 || shapes.some(shape => shape.length !== rank)) return [unknown];
  const axis = axisOf(intAttribute(at.node, 'axis', 0), rank);
  if (axis === null) return [unknown];
  const complete = shapes.length === inputs.length;
  // Along the other axes all agree, so the one that knows most is right.
  const shape = shapes[0]!.map((_, i): Dimension => {
    if (i !== axis) return mostTelling(shapes.map(each => each[i]!));
    return complete ? shapes.map(each => each[i]!).reduce<Dimension>(add, 0) : null;
  });
  return [withContent(shape, joined(inputs, shape, axis), inputs[0]!.type)];
};

/** Of a vector also where some inputs are known and the others only by their length. */
function joined(inputs: readonly Value[], shape: Shape, axis: number): readonly Dimension[] | null {
  if (shape.length === 1) {
    const parts = inputs.map(({ content, shape }) => content ?? blank(shape?.[0]));
    return parts.some(part => part === null) || inputs.every(({ content }) => !content)
      ? null
      : parts.flatMap(part => part ?? []);
  }
  const all = allKnown(inputs);
  return (
    all &&
    tabulate(shape, index => {
      let at = index[axis]!;
      for (const each of all) {
        const size = each.dims[axis]!;
        if (at < size) return elementAt(each, index.with(axis, at));
        at -= size;
      }
      return null;
    })
  );
}

const blank = (length: Dimension | undefined): readonly null[] | null =>
  typeof length === 'number' && length <= maxContent ? new Array<null>(length).fill(null) : null;

const mostTelling = (sizes: readonly Dimension[]): Dimension =>
  sizes.find(size => typeof size === 'number') ?? sizes.find(size => size !== null) ?? null;

/** Sizes by attribute (before opset 13) or input; otherwise equal parts, the last one smaller. */
const split: Rule = at => {
  const value = at.input(0);
  const { shape, type } = value;
  const axis = shape && axisOf(intAttribute(at.node, 'axis', 0), shape.length);
  if (!shape || axis === null) return [];
  const outputs = at.node.outputs.length;
  const sizes = intsSince(at, 13, 'split', 1);
  const total = shape[axis];
  const equal = (i: number): Dimension => {
    if (at.has(1) || typeof total !== 'number') return null;
    const part = Math.ceil(total / outputs);
    return Math.max(0, Math.min(part, total - i * part));
  };
  const from = known(value);
  let start: Dimension = 0;
  return at.node.outputs.map((_, i) => {
    const size = sizes ? (sizes[i] ?? null) : equal(i);
    const first = start;
    start = add(start, size);
    const part = shape.with(axis, size);
    const content =
      from && typeof first === 'number'
        ? tabulate(part, index => elementAt(from, index.with(axis, first + index[axis]!)))
        : null;
    return withContent(part, content, type);
  });
};

/** pads is [before of each axis, then after of each axis], an attribute before opset 11; opset 18 adds the axes they are for. */
const pad: Rule = at => {
  const value = at.input(0);
  const { shape, type } = value;
  const pads = intsSince(at, 11, 'pads', 1);
  if (!shape) return [unknown];
  const axes = at.has(3) ? at.input(3).content : shape.map((_, i) => i);
  if (!pads || !axes || pads.length !== 2 * axes.length) return [shaped(shape.map(() => null))];
  const result = [...shape];
  const before = shape.map(() => 0);
  axes.forEach((given, i) => {
    const axis = typeof given === 'number' ? axisOf(given, shape.length) : null;
    if (axis === null) return;
    result[axis] = add(result[axis]!, pads[i]! + pads[i + axes.length]!);
    before[axis] = pads[i]!;
  });
  const from = textAttribute(at.node, 'mode', 'constant') === 'constant' ? known(value) : null;
  const fill: Dimension = at.has(2) ? (at.input(2).content?.[0] ?? null) : 0;
  const content =
    from &&
    tabulate(result, index => {
      const inside = index.map((i, axis) => i - before[axis]!);
      return inside.every((i, axis) => i >= 0 && i < from.dims[axis]!) ? elementAt(from, inside) : fill;
    });
  return [withContent(result, content, type)];
};

const topK: Rule = at => {
  const { shape } = at.input(0);
  const axis = shape && axisOf(intAttribute(at.node, 'axis', -1), shape.length);
  if (!shape || axis === null) return [];
  const count = at.opset < 10 ? intAttribute(at.node, 'k', 0) : (at.input(1).content?.[0] ?? null);
  const result = shaped(shape.with(axis, count));
  return [result, result];
};

const oneHot: Rule = at => {
  const { shape } = at.input(0);
  const axis = shape && axisOf(intAttribute(at.node, 'axis', -1), shape.length + 1);
  if (!shape || axis === null) return [unknown];
  return [shaped(shape.toSpliced(axis, 0, at.input(1).content?.[0] ?? null))];
};

export const selectionRules: Rules = {
  Slice: slice,
  Concat: concat,
  Split: split,
  Pad: pad,
  TopK: topK,
  OneHot: oneHot,
};
