/** Undoing broadcasting: the gradient of a value that was repeated along an axis is the sum along it. */
import type { Shape } from '../../onnx/graph.ts';
import type { GradientBuilder } from './builder.ts';
import { NoGradient } from './rule.ts';

/**
 * `gradient`, in the shape `to` that `from` was broadcast to, summed back to the shape `from`. Two sizes that are not numbers
 * and not the same name are taken to be equal, since at run time they are, unless one of them is 1.
 */
export function unbroadcast(build: GradientBuilder, gradient: string, from: Shape | null, to: Shape | null): string {
  if (!from || !to) throw new NoGradient('the number of axes of its inputs is not known');
  const extra = to.length - from.length;
  const added = Array.from({ length: extra }, (_, i) => i);
  const stretched = from.flatMap((size, i) => (size === 1 && to[i + extra] !== 1 ? [i + extra] : []));
  const axes = [...added, ...stretched];
  if (axes.length === 0) return gradient;
  if (stretched.length === 0) return build.reduceSum(gradient, added, false);
  const sum = build.reduceSum(gradient, axes);
  if (extra === 0) return sum;
  return build.add('Squeeze', [sum, build.integers(added)]);
}
