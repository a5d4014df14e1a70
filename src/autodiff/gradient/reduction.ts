/** What the gradients of sums and means along axes share. */

import { intAttribute } from '../../onnx/attributes.ts';
import type { Shape } from '../../onnx/graph.ts';
import { type GradientSituation, NoGradient } from './rule.ts';

/** The axes that a node reduces, counted from the front. */
export function reducedAxes(at: GradientSituation): readonly number[] {
  const shape = at.shape(0);
  if (!shape) throw new NoGradient('the number of axes of its input is not known');
  const axes = at.input(1) === '' ? [] : at.integers(1);
  if (!axes) throw new NoGradient('its axes are computed at run time');
  if (axes.length > 0) return axes.map(axis => (axis < 0 ? axis + shape.length : axis));
  return intAttribute(at.node, 'noop_with_empty_axes', 0) ? [] : shape.map((_, axis) => axis);
}

/** `gradient`, shaped as the output, repeated along the axes that were reduced. */
export function repeated(at: GradientSituation, gradient: string): string {
  const { build } = at;
  const axes = reducedAxes(at);
  if (axes.length === 0) return gradient;
  const kept = intAttribute(at.node, 'keepdims', 1) !== 0;
  const column = kept ? gradient : build.add('Unsqueeze', [gradient, build.integers([...axes].sort((a, b) => a - b))]);
  return build.add('Expand', [column, shapeVector(at, at.shape(0), axes)]);
}

/** The shape of x for Expand; sizes that are not reduced need not be known, since there 1 keeps what is there. */
function shapeVector(at: GradientSituation, shape: Shape | null, axes: readonly number[]): string {
  const wanted = shape?.map((size, axis) => (axes.includes(axis) ? size : 1));
  if (wanted?.every(size => typeof size === 'number')) return at.build.integers(wanted);
  return at.build.add('Shape', [at.input(0)]);
}
