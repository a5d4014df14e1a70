/** The elements of small values whose sizes are all numbers: found by their indices, and put together anew. */
import type { Dimension, ElementType, Shape } from '../graph.ts';
import { fromHalf, toHalf } from '../half.ts';
import { broadcast } from './dimension.ts';
import { floating, maxContent, shaped, type Value, withContent } from './rule.ts';

/** A value whose elements are there. */
interface Known extends Value {
  readonly dims: readonly number[];
  readonly content: readonly Dimension[];
}

/** Null where the content is not known. */
export function known(value: Value): Known | null {
  const { shape, content } = value;
  return shape && content ? { ...value, content, dims: shape as readonly number[] } : null;
}

/** All of them, or null where one is missing. */
export function allKnown(values: readonly Value[]): readonly Known[] | null {
  const found = values.map(known);
  return found.every(each => each !== null) ? found : null;
}

/** The element at `index`; an axis of size 1 is taken for any, and leading ones that are missing too (broadcasting). */
export function elementAt({ dims, content }: Known, index: readonly number[]): Dimension {
  let offset = 0;
  const skipped = index.length - dims.length;
  for (const [axis, size] of dims.entries()) {
    const at = size === 1 ? 0 : (index[axis + skipped] ?? 0);
    offset = offset * size + at;
  }
  return content[offset] ?? null;
}

/** One element per index of `dims`, in row-major order; null where that were too many, or a size is not known. */
export function tabulate(dims: Shape, element: (index: readonly number[]) => Dimension): readonly Dimension[] | null {
  const sizes: number[] = [];
  let count = 1;
  for (const size of dims) {
    if (typeof size !== 'number') return null;
    sizes.push(size);
    count *= size;
  }
  if (!(count <= maxContent)) return null;
  const index = sizes.map(() => 0);
  return Array.from({ length: count }, () => {
    const value = element(index);
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < sizes[axis]!) break;
      index[axis] = 0;
    }
    return value;
  });
}

/** Element by element over values that are broadcast against each other. */
export function combined(
  values: readonly Value[],
  type: ElementType,
  compute: (elements: readonly Dimension[]) => Dimension,
): Value {
  const shape = values.reduce<Shape | null>((sum, value) => broadcast(sum, value.shape), []);
  const all = allKnown(values);
  if (!shape || !all) return shaped(shape);
  const content = tabulate(shape, index => rounded(compute(all.map(value => elementAt(value, index))), type));
  return withContent(shape, content, type);
}

/** As that type holds it. A name stands for a size, which every type holds; what none can hold is not known. */
export function rounded(value: Dimension, type: ElementType): Dimension {
  if (typeof value === 'string') return type === 'bool' ? 1 : value;
  if (value === null || Number.isNaN(value)) return null;
  if (type === 'bool') return value === 0 ? 0 : 1;
  if (type === 'float64' || type === 'other') return value;
  if (type === 'float16') return fromHalf(toHalf(Math.fround(value)));
  if (floating(type)) return Math.fround(value);
  // Ends of slices are 2^63 - 1, which as a number is 2^63.
  return Number.isFinite(value) && Math.abs(value) <= 2 ** 63 ? Math.trunc(value) + 0 : null;
}
