/** dL/dw of a convolution as a convolution. */
import type { GradientBuilder } from '../../builder.ts';
import type { ConvCall } from '../call.ts';

/**
 * dw[m, c, i] = sum over n and o of dy[n, m, o] x[n, c, stride o + dilation i - before]: a convolution of x by dy in which batch and
 * channels have changed places, and strides and dilations too.
 */
export function swappedConvolution(build: GradientBuilder, call: ConvCall, x: string, dy: string): string {
  const { axes, groups, inPerGroup } = call;
  const spatial = axes.map((_, i) => i);
  // x [N, g Cg, x...] as [Cg, g N, x...]; dy [N, M, y...] as [M, N, y...]
  const swap = (value: string): string => build.add('Transpose', [value], { perm: [1, 0, ...spatial.map(i => i + 2)] });
  let data: string;
  if (groups === 1) data = swap(x);
  else {
    const sizes = axes.map(axis => axis.x);
    const split = build.add('Reshape', [x, build.integers([-1, groups, inPerGroup, ...sizes])]);
    const turned = build.add('Transpose', [split], { perm: [2, 1, 0, ...spatial.map(i => i + 3)] });
    data = build.add('Reshape', [turned, build.integers([inPerGroup, -1, ...sizes])]);
  }
  // The padding behind that leaves exactly k places; less than none means that some are cut off afterwards.
  const after = axes.map(
    ({ x: size, y, k, stride, dilation, before }) => dilation * (k - 1) + (y - 1) * stride + 1 - size - before,
  );
  // Padded beforehand: the few places of the product all lie at the padding, where the runtime computes one place at a time.
  const pads = [...axes.map(({ before }) => before), ...after.map(value => Math.max(0, value))];
  const padded = pads.every(pad => pad === 0)
    ? data
    : build.add('Pad', [data, build.integers([0, 0, ...pads.slice(0, axes.length), 0, 0, ...pads.slice(axes.length)])]);
  const product = build.add('Conv', [padded, swap(dy)], {
    group: groups,
    kernel_shape: axes.map(({ y }) => y),
    strides: axes.map(({ dilation }) => dilation),
    dilations: axes.map(({ stride }) => stride),
  });
  const cut = after.flatMap((value, i) => (value < 0 ? [i] : []));
  const sliced =
    cut.length === 0
      ? product
      : build.add('Slice', [
          product,
          build.integers(cut.map(() => 0)),
          build.integers(cut.map(i => axes[i]?.k ?? 0)),
          build.integers(cut.map(i => i + 2)),
        ]);
  return swap(sliced);
}
