/** y = the mean of each window of x. */
import { intAttribute, intsAttribute, textAttribute } from '../../../onnx/attributes.ts';
import { type GradientRule, NoGradient } from '../rule.ts';
import { unread, type WindowAxis, windowOf } from '../window.ts';

/** dx at a place = the sum, over the windows that it lies in, of dy divided by the elements of the window. */
export const averagePool: GradientRule = at => {
  const { build, node, dy } = at;
  const kernel = intsAttribute(node, 'kernel_shape');
  if (!kernel) throw new NoGradient('it has no kernel_shape');
  // ONNX Runtime pads for a window without the dilations, ONNX for one with them.
  if (
    textAttribute(node, 'auto_pad', 'NOTSET').startsWith('SAME') &&
    intsAttribute(node, 'dilations')?.some(each => each > 1)
  )
    throw new NoGradient('it has dilations beside auto_pad; export it with pads');
  const [x, y] = [at.shape(0), at.outputShape(0)];
  const axes = windowOf(node, kernel, x, y);
  const type = at.elementType(0);
  const counts = countsOf(axes, intAttribute(node, 'count_include_pad', 0) !== 0);
  const same = counts.every(count => count === counts[0]);
  const share = same
    ? build.add('Mul', [dy, build.scalar(1 / (counts[0] ?? 1), type)])
    : build.add('Mul', [
        dy,
        build.constant(
          axes.map(axis => axis.y),
          counts.map(count => 1 / count),
          type,
        ),
      ]);
  const channels = x?.[1];
  if (typeof channels !== 'number') throw new NoGradient('the number of its channels is not known');
  if (axes.every(tiles)) {
    // Windows side by side: every element of a window gets the same.
    const one = axes.flatMap(axis => [axis.y, 1]);
    const column = build.add('Reshape', [share, build.integers([-1, channels, ...one])]);
    const wide = build.add('Expand', [column, build.integers([1, 1, ...axes.flatMap(axis => [axis.y, axis.k])])]);
    return [build.add('Reshape', [wide, build.integers([-1, channels, ...axes.map(axis => axis.x)])])];
  }
  // Channels are like images here: one window of ones for all of them.
  const rows = build.add('Reshape', [share, build.integers([-1, 1, ...axes.map(axis => axis.y)])]);
  const ones = build.constant([1, 1, ...kernel], new Float64Array(kernel.reduce((a, b) => a * b, 1)).fill(1), type);
  const over = axes.map(unread);
  const spread = build.add('ConvTranspose', [rows, ones], {
    kernel_shape: kernel,
    strides: axes.map(({ stride }) => stride),
    dilations: axes.map(({ dilation }) => dilation),
    pads: [...axes.map(({ before }) => before), ...axes.map(({ after }, i) => after + Math.max(0, -(over[i] ?? 0)))],
    output_padding: over.map(rest => Math.max(0, rest)),
  });
  return [build.add('Reshape', [spread, build.integers([-1, channels, ...axes.map(axis => axis.x)])])];
};

const tiles = ({ x, y, k, stride, dilation, before, after }: WindowAxis): boolean =>
  stride === k && dilation === 1 && before === 0 && after === 0 && y * k === x;

/** What the sum of each window is divided by, row-major over the places of y. A window that `ceil_mode` adds ends with the padding. */
function countsOf(axes: readonly WindowAxis[], includePad: boolean): Float64Array {
  let counts = Float64Array.of(1);
  for (const { x, y, k, stride, dilation, before, after } of axes) {
    const along = Float64Array.from({ length: y }, (_, place) => {
      let count = 0;
      for (let tap = 0; tap < k; tap++) {
        const at = place * stride + tap * dilation - before;
        if (includePad ? at < x + after : at >= 0 && at < x) count++;
      }
      return count;
    });
    counts = Float64Array.from(
      { length: counts.length * y },
      (_, i) => (counts[Math.floor(i / y)] ?? 0) * (along[i % y] ?? 0),
    );
  }
  return counts;
}
