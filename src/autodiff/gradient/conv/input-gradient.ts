/** dL/dx of a convolution. */
import type { GradientBuilder } from '../builder.ts';
import { unread } from '../window.ts';
import type { ConvCall } from './call.ts';

/**
 * dx[n, c, i] = sum over m and taps t of dy[n, m, o] w[m, c, t] where stride o + dilation t - before = i. With strides of 1 that is a
 * convolution of dy by w turned round, its channels swapped, which every provider computes as fast as the forward one; with
 * others the transposed convolution of ONNX, which leaves out the products with zeros.
 */
export function inputGradient(build: GradientBuilder, call: ConvCall, dy: string, w: string): string {
  const { axes, groups } = call;
  const attributes = {
    group: groups,
    kernel_shape: axes.map(({ k }) => k),
    dilations: axes.map(({ dilation }) => dilation),
  };
  const before = axes.map(axis => axis.dilation * (axis.k - 1) - axis.before);
  const after = axes.map(axis => axis.dilation * (axis.k - 1) - axis.after);
  if (axes.every(({ stride }) => stride === 1) && [...before, ...after].every(pad => pad >= 0)) {
    return build.add('Conv', [dy, turned(build, call, w)], { ...attributes, pads: [...before, ...after] });
  }
  return build.add('ConvTranspose', [dy, w], {
    ...attributes,
    strides: axes.map(({ stride }) => stride),
    pads: [...axes.map(axis => axis.before), ...axes.map(axis => axis.after)],
    output_padding: axes.map(unread),
  });
}

/** w [g m, c, k...] as [g c, m, k...], its taps in the opposite order. */
function turned(build: GradientBuilder, { axes, groups, out, inPerGroup }: ConvCall, w: string): string {
  const flipped = axes.flatMap(({ k }, i) => (k > 1 ? [i + 2] : []));
  const all = (value: number): string => build.integers(flipped.map(() => value));
  const back =
    flipped.length === 0 ? w : build.add('Slice', [w, all(-1), all(-(2 ** 31)), build.integers(flipped), all(-1)]);
  const kernel = axes.map(({ k }) => k);
  if (groups === 1) return build.add('Transpose', [back], { perm: [1, 0, ...kernel.map((_, i) => i + 2)] });
  const split = build.add('Reshape', [back, build.integers([groups, out / groups, inPerGroup, ...kernel])]);
  const swapped = build.add('Transpose', [split], { perm: [0, 2, 1, ...kernel.map((_, i) => i + 3)] });
  return build.add('Reshape', [swapped, build.integers([groups * inPerGroup, out / groups, ...kernel])]);
}
