/** Operators that slide a window over the last axes: convolution and pooling. */

import { floatsAttribute, intAttribute, intsAttribute, textAttribute } from '../attributes.ts';
import type { Dimension, Shape } from '../graph.ts';
import { axisOf, multiply } from './dimension.ts';
import { type Rule, type Rules, type ShapeSituation, shaped, unknown } from './rule.ts';

/** Notation of one axis: x input size, k window, d dilation, s stride, p padding before and after together. */
interface Axis {
  readonly k: number;
  readonly d: number;
  readonly s: number;
  readonly p: number;
}

/** The window along each spatial axis, or null where an attribute has another length or makes no sense. */
function axesOf(at: ShapeSituation, kernel: readonly number[]): readonly Axis[] | null {
  const rank = kernel.length;
  const list = (name: string, length: number, fill: number): readonly number[] =>
    intsAttribute(at.node, name) ?? new Array<number>(length).fill(fill);
  const strides = list('strides', rank, 1);
  const dilations = list('dilations', rank, 1);
  const pads =
    textAttribute(at.node, 'auto_pad', 'NOTSET') === 'NOTSET'
      ? list('pads', 2 * rank, 0)
      : new Array<number>(2 * rank).fill(0);
  if (strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank) return null;
  if (![...kernel, ...strides, ...dilations].every(value => Number.isInteger(value) && value > 0)) return null;
  return kernel.map((k, i) => ({ k, d: dilations[i]!, s: strides[i]!, p: pads[i]! + pads[i + rank]! }));
}

/** floor((x + p - d (k - 1) - 1) / s) + 1; with `auto_pad` SAME ceil(x / s) whatever the window. */
function slide(x: Dimension, { k, d, s, p }: Axis, same: boolean, ceil: boolean): Dimension {
  const window = d * (k - 1) + 1;
  if (typeof x !== 'number') return s === 1 && (same || p === window - 1) ? x : null;
  if (same) return Math.ceil(x / s);
  const room = x + p - window;
  if (room < 0) return null;
  return (ceil ? Math.ceil(room / s) : Math.floor(room / s)) + 1;
}

const isSame = (at: ShapeSituation): boolean => textAttribute(at.node, 'auto_pad', 'NOTSET').startsWith('SAME');

/** The kernel by its attribute, or by the shape of the weight. */
function kernelOf(at: ShapeSituation): readonly number[] | null {
  const weight = at.input(1).shape?.slice(2);
  if (weight?.every(size => typeof size === 'number')) return weight as number[];
  return intsAttribute(at.node, 'kernel_shape');
}

/** X [batch, channels, x...] and W [out, in / groups, k...] give [batch, out, y...]. */
const conv: Rule = at => {
  const x = at.input(0).shape;
  const kernel = kernelOf(at);
  const axes = kernel && axesOf(at, kernel);
  if (!x || !axes || x.length !== axes.length + 2) return [unknown];
  const spatial = axes.map((axis, i) => slide(x[i + 2]!, axis, isSame(at), false));
  return [shaped([x[0]!, at.input(1).shape?.[0] ?? null, ...spatial])];
};

/** X [batch, in, x...] and W [in, out / groups, k...] give s (x - 1) + output_padding + d (k - 1) + 1 - p. */
const convTranspose: Rule = at => {
  const x = at.input(0).shape;
  const kernel = kernelOf(at);
  const axes = kernel && axesOf(at, kernel);
  if (!x || !axes || x.length !== axes.length + 2) return [unknown];
  const wanted = intsAttribute(at.node, 'output_shape');
  const extra = intsAttribute(at.node, 'output_padding');
  const spatial = axes.map(({ k, d, s, p }, i): Dimension => {
    if (wanted) return wanted[i + wanted.length - axes.length] ?? null;
    const size = x[i + 2]!;
    if (typeof size !== 'number') return null;
    if (isSame(at)) return size * s;
    return s * (size - 1) + (extra?.[i] ?? 0) + d * (k - 1) + 1 - p;
  });
  const outPerGroup = at.input(1).shape?.[1] ?? null;
  return [shaped([x[0]!, multiply(outPerGroup, intAttribute(at.node, 'group', 1)), ...spatial])];
};

const pool: Rule = at => {
  const x = at.input(0).shape;
  const kernel = intsAttribute(at.node, 'kernel_shape');
  const axes = kernel && axesOf(at, kernel);
  if (!x || !axes || x.length !== axes.length + 2) return [unknown];
  const ceil = intAttribute(at.node, 'ceil_mode', 0) !== 0;
  const spatial = axes.map((axis, i): Dimension => {
    const size = x[i + 2]!;
    const y = slide(size, axis, isSame(at), ceil);
    // A window that ceil_mode adds must start within the input or its padding before (as in PyTorch).
    const before = intsAttribute(at.node, 'pads')?.[i] ?? 0;
    return ceil && typeof y === 'number' && typeof size === 'number' && (y - 1) * axis.s >= size + before ? y - 1 : y;
  });
  const shape: Shape = [x[0]!, x[1]!, ...spatial];
  return [shaped(shape), shaped(shape)];
};

const globalPool: Rule = at => {
  const x = at.input(0).shape;
  return [shaped(x && x.length >= 2 ? [x[0]!, x[1]!, ...x.slice(2).map(() => 1)] : null)];
};

/** Channels to pixels: [b, c, h, w] to [b, c / n^2, h n, w n]; and back. */
const depthToSpace: Rule = at => {
  const x = at.input(0).shape;
  const n = intAttribute(at.node, 'blocksize', 1);
  if (x?.length !== 4 || n < 1) return [unknown];
  const [b, c, h, w] = x as [Dimension, Dimension, Dimension, Dimension];
  const channels = typeof c === 'number' && c % (n * n) === 0 ? c / (n * n) : null;
  return [shaped([b, channels, multiply(h, n), multiply(w, n)])];
};

const spaceToDepth: Rule = at => {
  const x = at.input(0).shape;
  const n = intAttribute(at.node, 'blocksize', 1);
  if (x?.length !== 4 || n < 1) return [unknown];
  const [b, c, h, w] = x as [Dimension, Dimension, Dimension, Dimension];
  const part = (size: Dimension): Dimension => (typeof size === 'number' && size % n === 0 ? size / n : null);
  return [shaped([b, multiply(c, n * n), part(h), part(w)])];
};

/** Scales or sizes of all axes, or from opset 18 on of those in `axes`. */
const resize: Rule = at => {
  const x = at.input(0).shape;
  if (!x) return [unknown];
  const axes = (intsAttribute(at.node, 'axes') ?? x.map((_, i) => i)).map(axis => axisOf(axis, x.length));
  const sizes = at.has(3) ? at.input(3).content : null;
  // Resize took its scales second before opset 11, as Upsample does; before opset 9 they were an attribute.
  const second = at.opset < 11 || at.node.opType === 'Upsample';
  const scales = second
    ? (at.input(1).content ?? floatsAttribute(at.node, 'scales'))
    : at.has(2)
      ? at.input(2).content
      : null;
  const plain = textAttribute(at.node, 'keep_aspect_ratio_policy', 'stretch') === 'stretch';
  const shape = [...x];
  axes.forEach((axis, i) => {
    if (axis === null) return;
    const [size, scale, from] = [sizes?.[i], scales?.[i], x[axis]!];
    if (sizes) shape[axis] = plain ? (size ?? null) : null;
    else if (scale === 1) shape[axis] = from;
    else shape[axis] = typeof scale === 'number' && typeof from === 'number' ? Math.floor(from * scale) : null;
  });
  return [shaped(shape)];
};

export const windowRules: Rules = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Resize: resize,
  Upsample: resize,
};
