/** Operators that take parts out of values or put values together. */

import { intOf } from '../attributes.ts';
import type { Dimension, Shape } from '../graph.ts';
import { add, axisOf } from './dimension.ts';
import { intsSince, numbers, type Rule, type Rules, shaped, unknown, type Value, withContent } from './rule.ts';

/** First element and count of `start:end:step` along an axis of n, as in Python. */
function slicePlan(n: number, start: number, end: number, step: number): { first: number; count: number } {
  const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
  const wrap = (value: number): number => (value < 0 ? value + n : value);
  const first = step > 0 ? clamp(wrap(start), 0, n) : clamp(wrap(start), 0, n - 1);
  const last = step > 0 ? clamp(wrap(end), 0, n) : clamp(wrap(end), -1, n - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}

const slice: Rule = at => {
  const { shape, content, floating } = at.input(0);
  const starts = at.input(1).content;
  const ends = at.input(2).content;
  if (!shape) return [unknown];
  if (!starts || !ends || (at.has(3) && !at.input(3).content)) return [shaped(shape.map(() => null))];
  const axes = at.has(3) ? at.input(3).content! : starts.map((_, i) => i);
  const steps = at.has(4) ? at.input(4).content : null;
  const result = [...shape];
  let part = shape.length === 1 ? content : null;
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
      part &&= Array.from({ length: count }, (_, j) => part![first + j * step] ?? null);
      return;
    }
    // All of an axis whose size is a name keeps the name.
    const toEnd = end === size || (typeof end === 'number' && end >= 2 ** 31 - 1);
    if (start === 0 && step === 1 && toEnd) return;
    result[axis] = start === 0 && step === 1 && typeof end === 'string' ? end : null;
    part = null;
  });
  return [part ? withContent(result, part, floating) : shaped(result)];
};

const gather: Rule = at => {
  const [data, indices] = [at.input(0), at.input(1)];
  if (!data.shape || !indices.shape) return [unknown];
  const axis = axisOf(intOf(at.node, 'axis', 0), data.shape.length);
  if (axis === null) return [unknown];
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  if (data.shape.length !== 1 || shape.length > 1 || !data.content || !indices.content) return [shaped(shape)];
  const { content, floating } = data;
  const picked = indices.content.map(i => (typeof i === 'number' ? (content.at(i) ?? null) : null));
  return [withContent(shape, picked, floating)];
};

/** indices [..., k] into data of rank r: [..., data axes from k on]. */
const gatherNd: Rule = at => {
  const [data, indices] = [at.input(0).shape, at.input(1).shape];
  const depth = indices?.at(-1);
  if (!data || !indices || typeof depth !== 'number') return [unknown];
  return [shaped([...indices.slice(0, -1), ...data.slice(intOf(at.node, 'batch_dims', 0) + depth)])];
};

const concat: Rule = at => {
  const inputs = at.node.inputs.map((_, i) => at.input(i));
  const shapes = inputs.flatMap(({ shape }) => (shape ? [shape] : []));
  const rank = shapes[0]?.length ?? 0;
  if (shapes.length === 0 || shapes.some(shape => shape.length !== rank)) return [unknown];
  const axis = axisOf(intOf(at.node, 'axis', 0), rank);
  if (axis === null) return [unknown];
  const complete = shapes.length === inputs.length;
  // Along the other axes all agree, so the one that knows most is right.
  const shape = shapes[0]!.map((_, i): Dimension => {
    if (i !== axis) return mostTelling(shapes.map(each => each[i]!));
    return complete ? shapes.map(each => each[i]!).reduce<Dimension>(add, 0) : null;
  });
  return [
    withContent(
      shape,
      rank === 1 ? joined(inputs) : null,
      inputs.some(({ floating }) => floating),
    ),
  ];
};

function joined(inputs: readonly Value[]): readonly Dimension[] | null {
  return inputs.every(({ content }) => content) ? inputs.flatMap(({ content }) => content ?? []) : null;
}

const mostTelling = (sizes: readonly Dimension[]): Dimension =>
  sizes.find(size => typeof size === 'number') ?? sizes.find(size => size !== null) ?? null;

/** Sizes by attribute (before opset 13) or input; otherwise equal parts, the last one smaller. */
const split: Rule = at => {
  const { shape } = at.input(0);
  const axis = shape && axisOf(intOf(at.node, 'axis', 0), shape.length);
  if (!shape || axis === null) return [];
  const outputs = at.node.outputs.length;
  const sizes = intsSince(at, 13, 'split', 1);
  const total = shape[axis];
  const equal = (i: number): Dimension => {
    if (at.has(1) || typeof total !== 'number') return null;
    const part = Math.ceil(total / outputs);
    return Math.max(0, Math.min(part, total - i * part));
  };
  return at.node.outputs.map((_, i) => shaped(shape.with(axis, sizes ? (sizes[i] ?? null) : equal(i))));
};

/** pads is [before of each axis, then after of each axis]; opset 18 adds the axes they are for. */
const pad: Rule = at => {
  const { shape } = at.input(0);
  const pads = numbers(at.input(1).content);
  if (!shape) return [unknown];
  const axes = at.has(3) ? at.input(3).content : shape.map((_, i) => i);
  if (!pads || !axes || pads.length !== 2 * axes.length) return [shaped(shape.map(() => null))];
  const result = [...shape];
  axes.forEach((given, i) => {
    const axis = typeof given === 'number' ? axisOf(given, shape.length) : null;
    if (axis !== null) result[axis] = add(result[axis]!, pads[i]! + pads[i + axes.length]!);
  });
  return [shaped(result)];
};

/** The output is shaped as the indices. */
const likeIndices: Rule = at => [shaped(at.input(1).shape)];
const likeData: Rule = at => [shaped(at.input(0).shape)];

const reduced = (shape: Shape | null, axes: readonly number[] | null, keep: boolean): Shape | null => {
  if (!shape) return null;
  const drop = new Set(axes ? axes.map(axis => axisOf(axis, shape.length)) : shape.map((_, i) => i));
  return shape.flatMap((size, i) => (!drop.has(i) ? [size] : keep ? [1] : []));
};

/** No axes means all of them, or none of them with noop_with_empty_axes. ReduceSum took them as an input first. */
const reduce: Rule = at => {
  const { shape } = at.input(0);
  const keep = intOf(at.node, 'keepdims', 1) !== 0;
  const axes = intsSince(at, at.node.opType === 'ReduceSum' ? 13 : 18, 'axes', 1);
  if (!axes && at.has(1)) return [shaped(keep && shape ? shape.map(() => null) : null)];
  if (!axes?.length && intOf(at.node, 'noop_with_empty_axes', 0) !== 0) return [shaped(shape)];
  return [shaped(reduced(shape, axes?.length ? axes : null, keep))];
};

const argument: Rule = at => [
  shaped(reduced(at.input(0).shape, [intOf(at.node, 'axis', 0)], intOf(at.node, 'keepdims', 1) !== 0)),
];

const topK: Rule = at => {
  const { shape } = at.input(0);
  const axis = shape && axisOf(intOf(at.node, 'axis', -1), shape.length);
  if (!shape || axis === null) return [];
  const result = shaped(shape.with(axis, at.input(1).content?.[0] ?? null));
  return [result, result];
};

const oneHot: Rule = at => {
  const { shape } = at.input(0);
  const axis = shape && axisOf(intOf(at.node, 'axis', -1), shape.length + 1);
  if (!shape || axis === null) return [unknown];
  return [shaped(shape.toSpliced(axis, 0, at.input(1).content?.[0] ?? null))];
};

const reductions = 'L1 L2 LogSum LogSumExp Max Mean Min Prod Sum SumSquare'.split(' ');

export const selectionRules: Rules = {
  Slice: slice,
  Gather: gather,
  GatherND: gatherNd,
  GatherElements: likeIndices,
  ScatterElements: likeData,
  ScatterND: likeData,
  Concat: concat,
  Split: split,
  Pad: pad,
  ...Object.fromEntries(reductions.map(name => [`Reduce${name}`, reduce])),
  ArgMax: argument,
  ArgMin: argument,
  TopK: topK,
  OneHot: oneHot,
};
