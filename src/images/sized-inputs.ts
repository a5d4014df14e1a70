/** The sizes that a network leaves open, as a hardware profile gives them: by axis as `input:axis?`, or by name. */
import { unnamedSize } from '../onnx/shapes.ts';
import type { TensorDescription } from '../runtime/model-interface.ts';

/** The first axis stays as it is: how many images a call takes is the scorer's to choose. */
export const sizedInputs = (
  inputs: readonly TensorDescription[],
  inputShape: Readonly<Record<string, number>> = {},
): readonly TensorDescription[] =>
  inputs.map(input => ({
    ...input,
    shape: input.shape.map((size, axis) => {
      if (axis === 0 || (typeof size === 'number' && size > 0)) return size;
      const byName = typeof size === 'string' ? inputShape[size] : undefined;
      return inputShape[unnamedSize(input.name, axis)] ?? byName ?? size;
    }),
  }));
