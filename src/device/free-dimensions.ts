/** The sizes of a model's dynamic dimensions under a hardware profile. */
import type { Dimension, Shape } from '../onnx/graph.ts';
import { nameOfSize, unnamedSize } from '../onnx/shapes.ts';
import type { HardwareProfile } from './profile.ts';

export interface InputShape {
  readonly name: string;
  readonly shape: Shape;
}

/** The profile and the model do not fit: the user's to put right, not a failure of the candidate. */
export interface Misfit {
  readonly kind: 'misfit';
  /** Completes "Cannot time the dense model: ...". */
  readonly problem: string;
  readonly wayOut: string;
}

export interface Sizes {
  readonly kind: 'sizes';
  /** By name, or by axis as `input:axis?`, as shape inference takes them. */
  readonly free: Readonly<Record<string, number>>;
  /** By input, every size a number. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

export const misfit = (problem: string, wayOut: string): Misfit => ({ kind: 'misfit', problem, wayOut });

/**
 * Gives every dynamic dimension of `inputs` its size. The first dimension of an input is the batch, and where its name
 * stands elsewhere, it means the same number; a name that the profile lists goes first, and an axis before a name.
 */
export function resolveSizes(
  inputs: readonly InputShape[],
  { batchSize, inputShape }: Pick<HardwareProfile, 'batchSize' | 'inputShape'>,
): Sizes | Misfit {
  const free: Record<string, number> = {};
  const firsts = new Set(inputs.filter(({ shape }) => shape.length > 1).map(({ shape: [first] }) => sizeOrOpen(first)));
  for (const { name, shape } of inputs) {
    const first = dynamicOr(shape[0]);
    if (first === undefined) continue;
    if (typeof first !== 'number') free[nameOfSize(name, 0, first)] = batchSize;
    else if (shape.length > 1 && first !== batchSize && firsts.size === 1)
      return misfit(
        `its input "${name}" has the fixed batch size ${first}, and the hardware profile says batchSize: ${batchSize}`,
        `Set batchSize: ${first} in the hardware profile, or export the model with a dynamic batch dimension.`,
      );
  }
  Object.assign(free, inputShape);
  const shapes = new Map<string, readonly number[]>();
  for (const { name, shape } of inputs) {
    const sizes: number[] = [];
    for (const [axis, each] of shape.entries()) {
      const size = dynamicOr(each) ?? null;
      const resolved =
        typeof size === 'number' ? size : (free[unnamedSize(name, axis)] ?? free[nameOfSize(name, axis, size)]);
      if (resolved === undefined) return unknownSize(name, shape, axis);
      sizes.push(resolved);
    }
    shapes.set(name, sizes);
  }
  return { kind: 'sizes', free, shapes };
}

/** Where inputs differ in their first size, it is no batch: a state, say, has layers there. */
const sizeOrOpen = (first: Dimension | undefined): number | null =>
  typeof first === 'number' && first >= 0 ? first : null;

/** The runtime writes -1 for a size that it does not know. */
const dynamicOr = (size: Dimension | undefined): Dimension | undefined =>
  typeof size === 'number' && size < 0 ? null : size;

/** Where several axes have the name, what tells them apart is said too. */
function unknownSize(input: string, shape: Shape, axis: number): Misfit {
  const size = shape[axis] ?? null;
  const dimension = nameOfSize(input, axis, size);
  const alike = [...shape.keys()].filter(other => shape[other] === size && dimension === size);
  const apart = alike.map(other => `${JSON.stringify(unnamedSize(input, other))}: 224`).join(', ');
  return misfit(
    `its input "${input}" has a dynamic size "${dimension}" that nobody gave`,
    `Add its real size with --input-shape ${input}=${shape.map((each, at) => (typeof each === 'number' && each > 0 ? each : at === 0 ? 1 : 224)).join('x')}, or to the hardware profile: inputShape: { ${JSON.stringify(dimension)}: 224 }${alike.length > 1 ? `, or by axis, inputShape: { ${apart} }` : ''}.`,
  );
}
