/** Operators that move elements and compute none. */
import { intAttribute, intsAttribute, textAttribute } from '../../../onnx/attributes.ts';
import { elementCount } from '../../../onnx/tensor.ts';
import { axisOf, type Call, isWhole, type TfjsOperator, type TfjsOperators, type TfjsTensor } from '../item.ts';

const whole = (numbers: readonly number[]) => ({ dims: [numbers.length], numbers });

const reshape: TfjsOperator = ({ node, x, item, whole: read }) => {
  const given = item(0);
  const dims = isWhole(given) ? given.dims : given.shape;
  const wanted = read(1) ?? [];
  const copies = intAttribute(node, 'allowzero', 0) === 0;
  const sizes = wanted.map((size, i) => (size === 0 && copies ? (dims[i] ?? 1) : size));
  const rest = elementCount(dims) / elementCount(sizes.filter(size => size >= 0));
  const full = sizes.map(size => (size < 0 ? rest : size));
  return [isWhole(given) ? { dims: full, numbers: given.numbers } : x(0).reshape(full)];
};

const transpose: TfjsOperator = ({ tf, node, x }) => {
  const perm = intsAttribute(node, 'perm');
  return [perm ? tf.transpose(x(0), [...perm]) : tf.transpose(x(0))];
};

const squeeze: TfjsOperator = ({ x, whole: read }) => {
  const { shape } = x(0);
  const axes = read(1)?.map(axis => axisOf(axis, shape.length));
  return [x(0).reshape(shape.filter((size, i) => (axes ? !axes.includes(i) : size !== 1)))];
};

const unsqueeze: TfjsOperator = ({ x, whole: read, item }) => {
  const given = item(0);
  const added = read(1) ?? [];
  const rest = [...(isWhole(given) ? given.dims : given.shape)];
  const rank = rest.length + added.length;
  const axes = new Set(added.map(axis => axisOf(axis, rank)));
  const sizes = Array.from({ length: rank }, (_, i) => (axes.has(i) ? 1 : (rest.shift() ?? 1)));
  return [isWhole(given) ? { dims: sizes, numbers: given.numbers } : x(0).reshape(sizes)];
};

const expand: TfjsOperator = ({ tf, x, whole: read }) => {
  const wanted = read(1) ?? [];
  const { shape } = x(0);
  const rank = Math.max(wanted.length, shape.length);
  const size = (of: readonly number[], i: number): number => of[i - (rank - of.length)] ?? 1;
  const sizes = Array.from({ length: rank }, (_, i) => (size(wanted, i) === 1 ? size(shape, i) : size(wanted, i)));
  return [tf.broadcastTo(x(0), sizes)];
};

const concat: TfjsOperator = ({ tf, node, x, item }) => {
  const items = node.inputs.map((_, i) => item(i));
  if (items.every(isWhole)) return [whole(items.flatMap(({ numbers }) => numbers))];
  const all = node.inputs.map((_, i) => x(i));
  return [tf.concat(all, axisOf(intAttribute(node, 'axis', 0), all[0]?.rank ?? 1))];
};

const split: TfjsOperator = ({ tf, node, x, whole: read }) => {
  const axis = axisOf(intAttribute(node, 'axis', 0), x(0).rank);
  const size = x(0).shape[axis] ?? 0;
  const count = node.outputs.length;
  const even = Math.ceil(size / count);
  const sizes = read(1) ?? Array.from({ length: count }, (_, i) => Math.min(even, size - i * even));
  return tf.split(x(0), [...sizes], axis);
};

function slice({ tf, x, whole: read, item }: Call) {
  const given = item(0);
  const dims = isWhole(given) ? given.dims : given.shape;
  const [starts, ends] = [read(1) ?? [], read(2) ?? []];
  const axes = read(3) ?? starts.map((_, i) => i);
  const steps = read(4) ?? starts.map(() => 1);
  let result: TfjsTensor | null = isWhole(given) ? null : x(0);
  let numbers = isWhole(given) ? given.numbers : [];
  for (const [i, each] of axes.entries()) {
    const axis = axisOf(each, dims.length);
    const places = placesOf(starts[i] ?? 0, ends[i] ?? 0, steps[i] ?? 1, dims[axis] ?? 0);
    if (result) result = tf.gather(result, tf.tensor1d(places, 'int32'), axis);
    else numbers = places.map(place => numbers[place] ?? 0);
  }
  return [result ? (result === x(0) ? result.clone() : result) : whole(numbers)];
}

/** ONNX's own rule: negative places count from the end, and what lies outside is cut off. */
function placesOf(start: number, end: number, step: number, size: number): number[] {
  const clamp = (place: number): number => {
    const at = place < 0 ? place + size : place;
    return step > 0 ? Math.min(Math.max(at, 0), size) : Math.min(Math.max(at, -1), size - 1);
  };
  const places: number[] = [];
  const last = clamp(end);
  for (let at = clamp(start); step > 0 ? at < last : at > last; at += step) places.push(at);
  return places;
}

/** Pads, or cuts off where an amount is negative. */
export function padded(
  { tf }: Pick<Call, 'tf'>,
  x: TfjsTensor,
  before: readonly number[],
  after: readonly number[],
  value = 0,
): TfjsTensor {
  const more = (amounts: readonly number[]): number[] => amounts.map(amount => Math.max(0, amount));
  const [left, right] = [more(before), more(after)];
  const wide = tf.pad(
    x,
    left.map((amount, i): [number, number] => [amount, right[i] ?? 0]),
    value,
  );
  const begin = before.map(amount => Math.max(0, -amount));
  const size = wide.shape.map((length, i) => length - (begin[i] ?? 0) - Math.max(0, -(after[i] ?? 0)));
  return tf.slice(wide, begin, size);
}

const pad: TfjsOperator = call => {
  const { node, x, whole: read, has } = call;
  const mode = textAttribute(node, 'mode', 'constant');
  if (mode !== 'constant') throw new Error(`a Pad of mode "${mode}" is not covered`);
  const { rank } = x(0);
  const pads = read(1) ?? [];
  const axes = (read(3) ?? x(0).shape.map((_, i) => i)).map(axis => axisOf(axis, rank));
  const amount = (i: number, side: 0 | 1): number => {
    const at = axes.indexOf(i);
    return at < 0 ? 0 : (pads[at + side * axes.length] ?? 0);
  };
  const sides = ([0, 1] as const).map(side => x(0).shape.map((_, i) => amount(i, side)));
  return [padded(call, x(0), sides[0] ?? [], sides[1] ?? [], has(2) ? (x(2).dataSync()[0] ?? 0) : 0)];
};

const scatter: TfjsOperator = ({ tf, node, x }) => {
  if (x(0).rank !== 1 || textAttribute(node, 'reduction', 'none') !== 'add')
    throw new Error('this ScatterElements is not covered');
  const sums = tf.scatterND(tf.reshape(tf.cast(x(1), 'int32'), [-1, 1]), x(2), x(0).shape as [number]);
  return [tf.add(x(0), sums)];
};

const gather: TfjsOperator = ({ tf, node, x, item, whole: read }) => {
  const given = item(0);
  if (isWhole(given)) return [whole((read(1) ?? []).map(at => given.numbers[axisOf(at, given.numbers.length)] ?? 0))];
  const axis = axisOf(intAttribute(node, 'axis', 0), x(0).rank);
  const size = x(0).shape[axis] ?? 0;
  const places = tf.cast(x(1), 'int32');
  return [tf.gather(x(0), tf.cast(tf.where(tf.less(places, 0), tf.add(places, size), places), 'int32'), axis)];
};

export const shape: TfjsOperators = {
  Reshape: reshape,
  Flatten: ({ node, x }) => {
    const sizes = x(0).shape;
    const axis = axisOf(intAttribute(node, 'axis', 1), sizes.length);
    return [x(0).reshape([elementCount(sizes.slice(0, axis)), elementCount(sizes.slice(axis))])];
  },
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Expand: expand,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Gather: gather,
  ScatterElements: scatter,
  Shape: ({ x }) => [whole(x(0).shape)],
  Size: ({ x }) => [{ dims: [], numbers: [x(0).size] }],
};
