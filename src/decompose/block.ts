/** The weight of a site as plain data, in one layout for every kind of site. */
import type { Model } from '../onnx/graph.ts';
import { floatsOf } from '../onnx/tensor.ts';
import { constantsOf, resolved } from '../onnx/weights.ts';
import type { Site } from './site.ts';

/** The extent of a weight: per group, a tensor [outPerGroup, inPerGroup, kernel height, kernel width]. */
export interface BlockShape {
  readonly groups: number;
  readonly outPerGroup: number;
  readonly inPerGroup: number;
  /** [height, width]; [1, 1] for a matrix. */
  readonly kernel: readonly [number, number];
}

/** All that a factorisation needs, and all that its cache key has to cover. */
export interface WeightBlock extends BlockShape {
  /** W, [groups * outPerGroup, inPerGroup, height, width] in row-major order; a matrix product y = W x. */
  readonly data: Float32Array;
}

export const blockShape = (site: Site): BlockShape => ({
  groups: site.groups,
  outPerGroup: site.outChannels / site.groups,
  inPerGroup: site.inChannels / site.groups,
  kernel: site.kernel,
});

/** The weight of `site` in `model`, a copy in float32; matrices stored as [in, out] are transposed. */
export function weightBlock(model: Model, site: Site): WeightBlock {
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
