/** Pooling over windows, tap by tap: one strided view of the input for each place in the window. */

import { type WindowAxis, windowOf } from '../../../autodiff/gradient/window.ts';
import { intAttribute, intsAttribute } from '../../../onnx/attributes.ts';
import type { Call, TfjsOperator, TfjsOperators, TfjsTensor } from '../item.ts';
import { outputShape } from './convolution.ts';
import { padded } from './shape.ts';

interface Taps {
  readonly axes: readonly WindowAxis[];
  /** For each place in the window, in rows: the input there, in the shape of the output. */
  readonly views: readonly TfjsTensor[];
  readonly kernel: readonly number[];
}

function tapsOf(call: Call, fill: number, x = call.x(0)): Taps {
  const { tf, node } = call;
  if (x.rank !== 4) throw new Error(`a ${node.opType} over ${x.rank - 2} axes is not covered`);
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  const y = outputShape(call, x, { shape: [1, 1, ...kernel] });
  const axes = windowOf(node, kernel, x.shape, y);
  // As far as the last window reaches, which with ceil_mode may be beyond the padding.
  const needed = axes.map(
    ({ x: size, y: count, k, stride, dilation, before }) =>
      (count - 1) * stride + dilation * (k - 1) + 1 - size - before,
  );
  const wide = padded(call, x, [0, 0, ...axes.map(({ before }) => before)], [0, 0, ...needed], fill);
  const places = ({ y: count, stride, dilation }: WindowAxis, tap: number): number[] =>
    Array.from({ length: count }, (_, i) => i * stride + tap * dilation);
  const [down, across] = [axes[0] as WindowAxis, axes[1] as WindowAxis];
  const views: TfjsTensor[] = [];
  for (let i = 0; i < down.k; i++) {
    const rows = tf.gather(wide, tf.tensor1d(places(down, i), 'int32'), 2);
    for (let j = 0; j < across.k; j++) views.push(tf.gather(rows, tf.tensor1d(places(across, j), 'int32'), 3));
  }
  return { axes, views, kernel };
}

/** With the place of each maximum, the first of equals, counted over the whole input. */
const maxPool: TfjsOperator = call => {
  const { tf, x } = call;
  const { axes, views } = tapsOf(call, Number.NEGATIVE_INFINITY);
  const stacked = tf.stack([...views]);
  const largest = tf.max(stacked, 0);
  if ((call.node.outputs[1] ?? '') === '') return [largest];
  const [down, across] = [axes[0] as WindowAxis, axes[1] as WindowAxis];
  const [images = 1, channels = 1, height = 1, width = 1] = x(0).shape;
  const tap = tf.argMax(stacked, 0).toInt();
  const tapRow = tf.floorDiv(tap, tf.scalar(across.k, 'int32'));
  const tapColumn = tf.sub(tap, tf.mul(tapRow, tf.scalar(across.k, 'int32')));
  const along = ({ y, stride, before }: WindowAxis, shape: [number, number, number, number]): TfjsTensor =>
    tf.tensor4d(
      Array.from({ length: y }, (_, i) => i * stride - before),
      shape,
      'int32',
    );
  const whole = (value: number): TfjsTensor => tf.scalar(value, 'int32');
  const row = tf.add(tf.mul(tapRow, whole(down.dilation)), along(down, [1, 1, down.y, 1]));
  const column = tf.add(tf.mul(tapColumn, whole(across.dilation)), along(across, [1, 1, 1, across.y]));
  const planes = tf.tensor4d(
    Array.from({ length: images * channels }, (_, i) => i * height * width),
    [images, channels, 1, 1],
    'int32',
  );
  return [largest, tf.add(planes, tf.add(tf.mul(row, whole(width)), column))];
};

const averagePool: TfjsOperator = call => {
  const { tf, node, x } = call;
  const { views } = tapsOf(call, 0);
  const sum = tf.addN([...views]);
  if (intAttribute(node, 'count_include_pad', 0) !== 0) return [tf.div(sum, views.length)];
  const counts = tf.addN([...tapsOf(call, 0, tf.onesLike(x(0))).views]);
  return [tf.div(sum, counts)];
};

export const pooling: TfjsOperators = {
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: ({ tf, x }) => [
    tf.mean(
      x(0),
      x(0).shape.flatMap((_, i) => (i < 2 ? [] : [i])),
      true,
    ),
  ],
};
