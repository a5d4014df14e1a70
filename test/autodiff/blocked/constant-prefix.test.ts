import { expect, test } from 'vitest';
import { blockedLayout } from '../../../src/autodiff/blocked/blocked-layout.ts';
import { blockedDomain } from '../../../src/autodiff/blocked/layout.ts';
import { floatTensor } from '../../../src/onnx/tensor.ts';
import { blockSize } from '../../../src/train/onnxruntime/block-size.ts';
import { buildModel } from '../../onnx/build.ts';
import { ramp, run } from '../../onnx/runtime.ts';

const weight = (name: string, ...dims: number[]) => floatTensor(name, dims, ramp(dims).data as Float32Array);
const conv = (x: string, w: string, y: string) => ({
  op: 'Conv',
  inputs: [x, w],
  outputs: [y],
  attributes: { kernel_shape: [1, 1] },
});
/** Two convolutions with constant weights, one whose weight is fed, and another constant one behind it. */
const model = buildModel({
  inputs: [
    { name: 'image', shape: [2, 16, 5, 5] },
    { name: 'fed', shape: [16, 16, 1, 1] },
  ],
  outputs: [{ name: 'y', shape: [2, 16, 5, 5] }],
  nodes: [
    conv('image', 'w1', 'a'),
    { op: 'Relu', inputs: ['a'], outputs: ['b'] },
    conv('b', 'w2', 'c'),
    conv('c', 'fed', 'd'),
    conv('d', 'w3', 'y'),
  ],
  initializers: [weight('w1', 16, 16, 1, 1), weight('w2', 16, 16, 1, 1), weight('w3', 16, 16, 1, 1)],
  opset: 18,
});

test('what follows from the images through constant weights alone is left to the runtime', async () => {
  const size = (await blockSize()) ?? 8;
  const blocked = blockedLayout(model, size);
  const convolutions = blocked.graph.nodes.filter(({ opType }) => opType === 'Conv');
  expect(convolutions.map(({ domain }) => domain)).toEqual(['', '', blockedDomain, blockedDomain]);
  if ((await blockSize()) === null) return;
  const feeds = { image: ramp([2, 16, 5, 5]), fed: ramp([16, 16, 1, 1]) };
  const [plain, found] = [await run(model, feeds), await run(blocked, feeds)];
  const numbers = plain.y!.data as Float32Array;
  const scale = Math.max(...numbers.map(Math.abs));
  (found.y!.data as Float32Array).forEach((value, i) => {
    expect(Math.abs(value - numbers[i]!) / scale).toBeLessThan(1e-5);
  });
});
