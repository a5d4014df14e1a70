/** What each tap of a convolution's kernel sees of its input. */
import type { GradientBuilder } from '../../builder.ts';
import type { ConvCall } from '../call.ts';

/** x with as many zeros around it as the windows read. */
export function withPadding(build: GradientBuilder, { axes }: ConvCall, x: string): string {
  const before = axes.map(axis => axis.before);
  const after = axes.map(axis =>
    Math.max(0, (axis.y - 1) * axis.stride + axis.dilation * (axis.k - 1) + 1 - axis.x - axis.before),
  );
  if ([...before, ...after].every(pad => pad === 0)) return x;
  return build.add('Pad', [x, build.integers([0, 0, ...before, 0, 0, ...after])]);
}

/** What one tap sees of the padded x: [N, C, y...]. */
export function seenBy(build: GradientBuilder, { axes }: ConvCall, padded: string, tap: readonly number[]): string {
  const cut = axes.flatMap(({ x, y, k, stride, dilation, before }, i) => {
    const whole = Math.max(x + before, (y - 1) * stride + dilation * (k - 1) + 1);
    const first = dilation * (tap[i] ?? 0);
    return first === 0 && stride === 1 && whole === y
      ? []
      : [{ axis: i + 2, first, last: first + (y - 1) * stride + 1, stride }];
  });
  if (cut.length === 0) return padded;
  const of = (key: 'axis' | 'first' | 'last' | 'stride'): string => build.integers(cut.map(each => each[key]));
  return build.add('Slice', [padded, of('first'), of('last'), of('axis'), of('stride')]);
}

/** Every tap of the kernel, the last axis fastest. */
export const tapIndices = (kernel: readonly number[]): readonly (readonly number[])[] =>
  kernel.reduce<readonly (readonly number[])[]>(
    (taps, k) => taps.flatMap(tap => Array.from({ length: k }, (_, i) => [...tap, i])),
    [[]],
  );
