/** The sizes of a model's dynamic dimensions under a hardware profile. */
import type { Shape } from '../onnx/graph.ts';
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
  /** By name; an unnamed dimension is called `input:axis?`, as shape inference calls it. */
  readonly free: Readonly<Record<string, number>>;
  /** By input, every size a number. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

export const misfit = (problem: string, wayOut: string): Misfit => ({ kind: 'misfit', problem, wayOut });

/**
 * Gives every dynamic dimension of `inputs` its size. The first dimension of an input is the batch, and where its name
 * stands elsewhere, it means the same number; a name that the profile lists goes first.
 */
export function resolveSizes(
  inputs: readonly InputShape[],
  { batchSize, inputShape }: Pick<HardwareProfile, 'batchSize' | 'inputShape'>,
): Sizes | Misfit {
  const nameOf = (input: string, axis: number, size: string | null): string => size || `${input}:${axis}?`;
  const free: Record<string, number> = {};
  for (const { name, shape } of inputs) {
    const [first] = shape;
    if (first !== undefined && typeof first !== 'number') free[nameOf(name, 0, first)] = batchSize;
    if (typeof first === 'number' && shape.length > 1 && first !== batchSize)
      return misfit(
        `its input "${name}" has the fixed batch size ${first}, and the hardware profile says batchSize: ${batchSize}`,
        `Set batchSize: ${first} in the hardware profile, or export the model with a dynamic batch dimension.`,
      );
  }
  Object.assign(free, inputShape);
  const shapes = new Map<string, readonly number[]>();
  for (const { name, shape } of inputs) {
    const sizes: number[] = [];
    for (const [axis, size] of shape.entries()) {
      const resolved = typeof size === 'number' ? size : free[nameOf(name, axis, size)];
      if (resolved === undefined) return unknownSize(name, nameOf(name, axis, size as string | null));
      sizes.push(resolved);
    }
    shapes.set(name, sizes);
  }
  return { kind: 'sizes', free, shapes };
}

const unknownSize = (input: string, dimension: string): Misfit =>
  misfit(
    `its input "${input}" has a dynamic size "${dimension}" that nobody gave`,
    `Add its real size to the hardware profile, for example inputShape: { ${JSON.stringify(dimension)}: 224 }.`,
  );
