import { Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { gradients } from '../../../../src/autodiff/gradient/gradients.ts';
import { floatTensor } from '../../../../src/onnx/tensor.ts';
import { buildModel } from '../../../onnx/build.ts';
import { floats, run } from '../../../onnx/runtime.ts';

test('Dropout lets gradients pass where it let elements pass, enlarged by as much', async () => {
  const count = 60;
  const model = buildModel({
    opset: 20,
    inputs: ['x', 'seed'].map(name => ({ name, shape: [count] })),
    outputs: ['y'],
    nodes: [{ op: 'Dropout', inputs: ['x', 'ratio', 'training'], outputs: ['y'] }],
    initializers: [
      floatTensor('ratio', [], Float32Array.of(0.4)),
      { name: 'training', dims: [], elementType: 'bool', bytes: Uint8Array.of(1) },
    ],
  });
  const found = gradients(model, { of: 'y', seed: 'seed', wrt: ['x'] });
  const dx = found.gradients.get('x') as string;
  const outputs = ['y', dx].map(name => ({ name, elementType: 'float32' as const, shape: null }));
  const both = { ...found.model, graph: { ...found.model.graph, outputs } };
  const ones = new Tensor('float32', new Float32Array(count).fill(1), [count]);
  const seed = new Tensor('float32', new Float32Array(count).fill(2), [count]);
  const answers = await run(both, { x: ones, seed });
  const y = floats(answers.y);
  expect(new Set(y.map(value => value.toFixed(5)))).toEqual(new Set(['0.00000', (1 / 0.6).toFixed(5)]));
  floats(answers[dx]).forEach((value, i) => {
    expect(value).toBeCloseTo(2 * (y[i] as number), 5);
  });
});
