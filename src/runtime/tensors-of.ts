/** What inputs are fed with, as tensors of the runtime. */
import { Tensor } from './onnxruntime.ts';

export interface TensorParts {
  /** As ONNX Runtime names it. */
  readonly type: string;
  readonly data: ArrayBufferView;
  readonly dims: readonly number[];
}

/** @param own whether the numbers are copied, since the memory is going to be used again */
export const tensorsOf = (feeds: Readonly<Record<string, TensorParts>>, own = false): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { type, data, dims }]) => [
      name,
      new Tensor(type as 'float32', (own ? structuredClone(data) : data) as Float32Array, dims),
    ]),
  );
