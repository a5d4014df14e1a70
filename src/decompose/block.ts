/** The weight of a site as plain data, in one layout for every kind of site. */
import type { Model } from '../onnx/graph.ts';
import { floatsOf } from '../onnx/tensor.ts';
import { constantsOf, permuted, resolved } from '../onnx/weights.ts';
import type { DenseNode } from './dense-node.ts';
import { type BlockShape, blockShape } from './geometry.ts';

export { type BlockShape, blockShape } from './geometry.ts';

/** All that a factorisation needs, and all that its cache key has to cover. */
export interface WeightBlock extends BlockShape {
  /** W, [groups * outPerGroup, inPerGroup, height, width] in row-major order; a matrix product y = W x. */
  readonly data: Float32Array;
}

/** The weight of `site` in `model`, a copy in float32; what is stored as [in, out] is transposed. */
export function weightBlock(model: Model, site: DenseNode): WeightBlock {
  const constant = constantsOf(model.graph)(site.weight);
  const tensor = constant && resolved(constant);
  if (!tensor) throw new Error(`the model holds no constant "${site.weight}", the weight of site "${site.name}"`);
  const shape = blockShape(site);
  const stored = floatsOf(tensor);
  if (site.weightOrder) return { ...shape, data: permuted(stored, tensor.dims, site.weightOrder) };
  return { ...shape, data: site.weightLayout === 'in-out' ? swapped(stored, shape) : stored };
}

/** [groups * in, out, area] to [groups * out, in, area], and back where `shape` is that of the transpose. */
export function swapped(
  data: Float32Array,
  { groups, outPerGroup: outs, inPerGroup: ins, kernel }: BlockShape,
): Float32Array {
  const area = kernel[0] * kernel[1];
  const result = new Float32Array(data.length);
  for (let g = 0; g < groups; g++)
    for (let c = 0; c < ins; c++)
      for (let o = 0; o < outs; o++) {
        const from = ((g * ins + c) * outs + o) * area;
        const to = ((g * outs + o) * ins + c) * area;
        for (let a = 0; a < area; a++) result[to + a] = data[from + a]!;
      }
  return result;
}

/** [rows, cols] to [cols, rows]. */
export function transposed(data: ArrayLike<number>, rows: number, cols: number): Float32Array {
  const result = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) result[j * rows + i] = data[i * cols + j]!;
  return result;
}
