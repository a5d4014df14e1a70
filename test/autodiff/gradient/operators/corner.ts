/** Gradients where the derivative jumps. */
import { Tensor } from 'onnxruntime-node';
import { gradients } from '../../../../src/autodiff/gradient/gradients.ts';
import { floatTensor } from '../../../../src/onnx/tensor.ts';
import { buildModel, type TinyNode } from '../../../onnx/build.ts';
import { floats, run } from '../../../onnx/runtime.ts';

/** dy/dx at x = 0 and x = 1; `zero` is a constant that the node may read. */
export async function cornerGradient(node: TinyNode): Promise<number[]> {
  const model = buildModel({
    opset: 20,
    inputs: [
      { name: 'x', shape: [2] },
      { name: 'seed', shape: [2] },
    ],
    outputs: ['y'],
    nodes: [node],
    initializers: [floatTensor('zero', [], Float32Array.of(0))],
  });
  const found = gradients(model, { of: 'y', seed: 'seed', wrt: ['x'] });
  const name = found.gradients.get('x') as string;
  const outputs = [{ name, elementType: 'float32' as const, shape: null }];
  const one = { ...found.model, graph: { ...found.model.graph, outputs } };
  const feed = (values: number[]): Tensor => new Tensor('float32', Float32Array.from(values), [2]);
  return floats((await run(one, { x: feed([0, 1]), seed: feed([1, 1]) }))[name]);
}
