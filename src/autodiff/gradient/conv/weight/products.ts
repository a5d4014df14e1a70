/** dL/dw of a convolution as products of matrices. */
import type { GradientBuilder } from '../../builder.ts';
import type { ConvCall } from '../call.ts';
import { seenBy, tapIndices, withPadding } from './taps.ts';

/** By image, summed over the batch afterwards; or with the batch gathered into the inner axis of one product first. */
export type BatchForm = 'by-image' | 'gathered';

/** dw[g m, c, t] = sum over n and o of dy[n, g m, o] x[n, g c, stride o + dilation t - before], one product for each tap t. */
export function products(build: GradientBuilder, call: ConvCall, form: BatchForm, x: string, dy: string): string {
  const { axes, groups, out, inPerGroup } = call;
  const kernel = axes.map(({ k }) => k);
  const places = axes.reduce((count, { y }) => count * y, 1);
  const left = arranged(build, form, dy, [groups, out / groups, places]);
  const padded = withPadding(build, call, x);
  const each = tapIndices(kernel).map(tap => {
    const right = arranged(build, form, seenBy(build, call, padded, tap), [groups, inPerGroup, places]);
    return build.reshape(batchedProduct(build, form, left, right), [out, inPerGroup, 1]);
  });
  const [first = ''] = each;
  const stacked = each.length === 1 ? first : build.add('Concat', each, { axis: 2 });
  return build.reshape(stacked, [out, inPerGroup, ...kernel]);
}

/** left right^T summed over places and batch: [groups, rows of left, rows of right]. */
export function batchedProduct(build: GradientBuilder, form: BatchForm, left: string, right: string): string {
  // The runtime makes one operation of the transposition and the product.
  const turned = build.add('Transpose', [right], { perm: form === 'by-image' ? [0, 1, 3, 2] : [0, 2, 1] });
  const made = build.add('MatMul', [left, turned]);
  return form === 'by-image' ? build.reduceSum(made, [0], false) : made;
}

/** [N, groups rows, places...] as [N, groups, rows, places], or gathered as [groups, rows, N places]. */
export function arranged(
  build: GradientBuilder,
  form: BatchForm,
  value: string,
  [groups, rows, places]: Sizes,
): string {
  if (form === 'by-image') return build.reshape(value, [-1, groups, rows, places]);
  const channels = groups * rows;
  const turned = build.add('Transpose', [build.reshape(value, [-1, channels, places])], { perm: [1, 0, 2] });
  return build.reshape(turned, [groups, rows, -1]);
}

type Sizes = readonly [groups: number, rows: number, places: number];
