/** Formulations of dL/dw of a convolution that were timed and are not in use: none is the fastest by more than the spread. */
import type { GradientBuilder } from '../../src/autodiff/gradient/builder.ts';
import type { ConvCall } from '../../src/autodiff/gradient/conv/call.ts';
import type { Formulation } from '../../src/autodiff/gradient/conv/weight/formulations.ts';
import { arranged, type BatchForm, batchedProduct } from '../../src/autodiff/gradient/conv/weight/products.ts';
import { seenBy, tapIndices, withPadding } from '../../src/autodiff/gradient/conv/weight/taps.ts';

export const otherFormulations = {
  'product of patches': (build, call, x, dy) => patches(build, call, 'by-image', x, dy),
  'product of patches, gathered': (build, call, x, dy) => patches(build, call, 'gathered', x, dy),
  elementwise,
} satisfies Readonly<Record<string, Formulation>>;

/** One product for all taps, of what they see of x written side by side (im2col). */
function patches(build: GradientBuilder, call: ConvCall, form: BatchForm, x: string, dy: string): string {
  const { axes, groups, out, inPerGroup } = call;
  const kernel = axes.map(({ k }) => k);
  const places = axes.reduce((count, { y }) => count * y, 1);
  const padded = withPadding(build, call, x);
  const taps = tapIndices(kernel);
  // [N, groups, taps in, places]: the taps outside, so that whole images are copied.
  const seen = taps.map(tap => build.reshape(seenBy(build, call, padded, tap), [-1, groups, inPerGroup, places]));
  const right = arranged(build, form, build.add('Concat', seen, { axis: 2 }), [
    groups,
    taps.length * inPerGroup,
    places,
  ]);
  const left = arranged(build, form, dy, [groups, out / groups, places]);
  const made = build.reshape(batchedProduct(build, form, left, right), [out, taps.length, inPerGroup]);
  return build.reshape(build.add('Transpose', [made], { perm: [0, 2, 1] }), [out, inPerGroup, ...kernel]);
}

/** By channel: dw[c, 0, t] = sum over n and o of dy[n, c, o] x[n, c, stride o + dilation t - before], for as many outputs as channels. */
function elementwise(build: GradientBuilder, call: ConvCall, x: string, dy: string): string {
  const kernel = call.axes.map(({ k }) => k);
  const padded = withPadding(build, call, x);
  const sums = tapIndices(kernel).map(tap =>
    build.reduceSum(
      build.add('Mul', [dy, seenBy(build, call, padded, tap)]),
      [0, ...kernel.map((_, i) => i + 2)],
      false,
    ),
  );
  const columns = sums.map(value => build.reshape(value, [call.out, 1]));
  return build.reshape(build.add('Concat', columns, { axis: 1 }), [call.out, 1, ...kernel]);
}
