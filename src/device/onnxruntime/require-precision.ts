/** The precision that a profile promises must be that of the model: nothing here converts one. */
import { UserError } from '../../errors/user-error.ts';
import type { Model } from '../../onnx/graph.ts';
import type { HardwareProfile } from '../profile.ts';

/** Throws a UserError when the profile says float16 and most of the model's weights, by count, are float32. */
export function requirePrecision({ graph }: Model, { name, precision }: HardwareProfile): void {
  if (precision !== 'float16') return;
  const elements = { float16: 0, float32: 0 };
  for (const { elementType, dims } of graph.initializers.values())
    if (elementType === 'float16' || elementType === 'float32')
      elements[elementType] += dims.reduce((product, size) => product * size, 1);
  if (elements.float32 <= elements.float16) return;
  throw new UserError(
    `Cannot time the model on "${name}": the hardware profile says precision: float16, and the model's weights are float32.`,
    'Export the model in half precision, or set precision: float32.',
  );
}
