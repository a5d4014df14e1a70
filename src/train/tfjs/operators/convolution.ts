/** Convolutions. TensorFlow.js wants channels last, one group, and no dilation beside a stride. */
import type * as tfjs from '@tensorflow/tfjs';
import { type WindowAxis, windowOf } from '../../../autodiff/gradient/window.ts';
import { intAttribute, intsAttribute } from '../../../onnx/attributes.ts';
import type { Call, Tf, TfjsOperator, TfjsOperators, TfjsTensor } from '../item.ts';
import { padded } from './shape.ts';

type Pair = [number, number];
const pair = (axes: readonly WindowAxis[], of: (axis: WindowAxis) => number): Pair => [
  of(axes[0] as WindowAxis),
  of(axes[1] as WindowAxis),
];
const last = (tf: Tf, x: TfjsTensor): tfjs.Tensor4D => tf.transpose(x, [0, 2, 3, 1]) as tfjs.Tensor4D;
const first = (tf: Tf, x: TfjsTensor): TfjsTensor => tf.transpose(x, [0, 3, 1, 2]);

/** Two spatial axes of input and output sizes; those of one axis get another of size 1. */
const conv: TfjsOperator = call => {
  const { tf, node, has } = call;
  const [x, w] = [call.x(0), call.x(1)];
  requireTwoAxes(x, 'Conv');
  const axes = windowOf(node, w.shape.slice(2), x.shape, outputShape(call, x, w));
  const groups = intAttribute(node, 'group', 1);
  const before = [0, 0, ...pair(axes, axis => axis.before)];
  const after = [0, 0, ...pair(axes, axis => axis.after)];
  const input = last(tf, padded(call, x, before, after));
  const strides = pair(axes, ({ stride }) => stride);
  const dilations = pair(axes, ({ dilation }) => dilation);
  const spread = Math.max(...strides) > 1 && Math.max(...dilations) > 1;
  const kernel = spread ? dilated(call, w, axes) : w;
  const y = grouped(call, groups, input, kernel, (part, filter) =>
    tf.conv2d(part, filter, strides, 'valid', 'NHWC', spread ? [1, 1] : dilations),
  );
  return [has(2) ? tf.add(first(tf, y), call.x(2).reshape([1, -1, 1, 1])) : first(tf, y)];
};

/** Runs each group by itself, with its filter as [height, width, in, out]. */
function grouped(
  { tf }: Call,
  groups: number,
  input: tfjs.Tensor4D,
  w: TfjsTensor,
  run: (part: tfjs.Tensor4D, filter: tfjs.Tensor4D) => TfjsTensor,
): TfjsTensor {
  const filter = (part: TfjsTensor): tfjs.Tensor4D => tf.transpose(part, [2, 3, 1, 0]) as tfjs.Tensor4D;
  if (groups === 1) return run(input, filter(w));
  const parts = tf.split(input, groups, 3);
  const filters = tf.split(w, groups, 0);
  return tf.concat(
    parts.map((part, g) => run(part as tfjs.Tensor4D, filter(filters[g] as TfjsTensor))),
    3,
  );
}

/** The kernel with zeros between its taps. */
function dilated(call: Call, w: TfjsTensor, axes: readonly WindowAxis[]): TfjsTensor {
  const [height, width] = pair(axes, ({ k }) => k);
  const [down, right] = pair(axes, ({ dilation }) => dilation);
  const [out = 1, ins = 1] = w.shape;
  const apart = call.tf.pad(w.reshape([out, ins, height, 1, width, 1]), [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, right - 1],
  ]);
  const whole = apart.reshape([out, ins, height * down, width * right]);
  return call.tf.slice(whole, [0, 0, 0, 0], [out, ins, (height - 1) * down + 1, (width - 1) * right + 1]);
}

/** The transpose of a convolution without padding, of which the padding is cut off afterwards. */
const convTranspose: TfjsOperator = call => {
  const { tf, node, has } = call;
  const [x, w] = [call.x(0), call.x(1)];
  requireTwoAxes(x, 'ConvTranspose');
  const groups = intAttribute(node, 'group', 1);
  const list = (name: string, fill: number): readonly number[] => intsAttribute(node, name) ?? [fill, fill, fill, fill];
  const [strides, dilations, pads, more] = [
    list('strides', 1),
    list('dilations', 1),
    list('pads', 0),
    list('output_padding', 0),
  ];
  const axes = [0, 1].map(
    i => ({ k: w.shape[i + 2] ?? 1, dilation: dilations[i] ?? 1, stride: strides[i] ?? 1 }) as WindowAxis,
  );
  const kernel = Math.max(...dilations) > 1 ? dilated(call, w, axes) : w;
  const whole = [0, 1].map(i => ((x.shape[i + 2] ?? 1) - 1) * (strides[i] ?? 1) + (kernel.shape[i + 2] ?? 1)) as Pair;
  const perGroup = w.shape[1] ?? 1;
  const input = last(tf, x);
  const images = x.shape[0] ?? 1;
  // The weight is [in, out, ...] here: as [height, width, out, in] it is what the transpose takes.
  const y = grouped(call, groups, input, kernel, (part, filter) =>
    tf.conv2dTranspose(part, filter, [images, ...whole, perGroup], strides.slice(0, 2) as Pair, 'valid'),
  );
  const before = [0, 0, -(pads[0] ?? 0), -(pads[1] ?? 0)];
  const after = [0, 0, (more[0] ?? 0) - (pads[2] ?? 0), (more[1] ?? 0) - (pads[3] ?? 0)];
  const cut = padded(call, first(tf, y), before, after);
  return [has(2) ? tf.add(cut, call.x(2).reshape([1, -1, 1, 1])) : cut];
};

/** [N, out, y...] where the padding is given; with `auto_pad` SAME the sizes over the strides. */
export function outputShape({ node }: Call, x: TfjsTensor, w: { readonly shape: readonly number[] }): number[] {
  const at = (name: string, fill: number, i: number): number => intsAttribute(node, name)?.[i] ?? fill;
  const same = String((node.attributes.get('auto_pad') as { value?: unknown } | undefined)?.value ?? '').startsWith(
    'SAME',
  );
  const sizes = x.shape.slice(2).map((size, i) => {
    const [stride, dilation, k] = [at('strides', 1, i), at('dilations', 1, i), w.shape[i + 2] ?? 1];
    if (same) return Math.ceil(size / stride);
    const room = size + at('pads', 0, i) + at('pads', 0, i + x.rank - 2) - (dilation * (k - 1) + 1);
    return (intAttribute(node, 'ceil_mode', 0) ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  });
  return [x.shape[0] ?? 1, w.shape[0] ?? 1, ...sizes];
}

function requireTwoAxes(x: TfjsTensor, what: string): void {
  if (x.rank !== 4) throw new Error(`a ${what} over ${x.rank - 2} axes is not covered`);
}

export const convolution: TfjsOperators = { Conv: conv, ConvTranspose: convTranspose };
