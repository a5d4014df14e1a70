/** Numbers for graphs in float32 or float64. */
import type { Tensor } from '../../../src/onnx/graph.ts';
import { elementCount } from '../../../src/onnx/tensor.ts';
import { seededRng } from '../../../src/random/rng.ts';

export const doubleTensor = (name: string, dims: readonly number[], values: Float64Array): Tensor => ({
  name,
  dims,
  elementType: 'float64',
  bytes: new Uint8Array(values.slice().buffer),
});

/** Numbers from `low` to `high`, the same for the same seed. */
export function uniform(dims: readonly number[], seed: number, [low, high]: readonly [number, number]): Float64Array {
  const rng = seededRng(seed);
  return Float64Array.from({ length: elementCount(dims) }, () => low + (high - low) * rng.uniform());
}
