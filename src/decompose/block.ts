/** The weight of a site as plain data, in one layout for every kind of site. */
import type { Model } from '../onnx/graph.ts';
import { floatsOf } from '../onnx/tensor.ts';
import { constantsOf, resolved } from '../onnx/weights.ts';
import type { DenseNode } from './dense-node.ts';
import { type BlockShape, blockShape } from './geometry.ts';

export { type BlockShape, blockShape } from './geometry.ts';

/** All that a factorisation needs, and all that its cache key has to cover. */
export interface WeightBlock extends BlockShape {
  /** W, [groups * outPerGroup, inPerGroup, height, width] in row-major order; a matrix product y = W x. */
  readonly data: Float32Array;
}

/** The weight of `site` in `model`, a copy in float32; matrices stored as [in, out] are transposed. */
export function weightBlock(model: Model, site: DenseNode): WeightBlock {
  const constant = constantsOf(model.graph)(site.weight);
  const tensor = constant && resolved(constant);
  if (!tensor) throw new Error(`the model holds no constant "${site.weight}", the weight of site "${site.name}"`);
  const stored = floatsOf(tensor);
  const { inChannels, outChannels } = site;
  const data = site.weightLayout === 'in-out' ? transposed(stored, inChannels, outChannels) : stored;
  return { ...blockShape(site), data };
}

/** [rows, cols] to [cols, rows]. */
export function transposed(data: ArrayLike<number>, rows: number, cols: number): Float32Array {
  const result = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) result[j * rows + i] = data[i * cols + j]!;
  return result;
}
