import { describe, expect, it } from 'vitest';
import { modelCost, nodeCosts } from '../../src/onnx/cost.ts';
import { readModel } from '../../src/onnx/read.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { buildModel, type TinyNode } from './build.ts';
import { absent, readShared } from './shared.ts';
import { visionTransformer } from './vision-transformer.ts';

const zeros = (name: string, ...dims: number[]) =>
  floatTensor(name, dims, new Float32Array(dims.reduce((a, b) => a * b, 1)));

describe.skipIf(absent)('published counts', () => {
  /**
   * ResNet-18: 1.814 GMACs and 11,689,512 parameters (torchvision). MobileNet V1 0.75: 325 M and 2.6 M (Howard 2017, Table 6).
   * The CIFAR ResNets have 0.27 M and 0.85 M parameters (He 2016, Table 6).
   */
  it.each([
    ['resnet18-hybrid.bn.onnx', 1_814_073_344, 11_689_512],
    ['mobilenet_v1_0.75_224.bn.onnx', 325_400_448, null],
    ['resnet20.bn.onnx', 40_551_040, 269_722],
    ['resnet56.bn.onnx', 125_485_696, 853_018],
  ])('%s', (file, macs, params) => {
    const model = readModel(readShared(file), { name: file });
    const cost = modelCost(model);
    expect(cost.macs).toBe(macs);
    expect(cost.unknown).toEqual([]);
    if (params !== null) expect(cost.params).toBe(params);
    const nodes = nodeCosts(model, inferShapes(model.graph, model.opsets));
    expect([...nodes.values()].reduce((sum, node) => sum + node.macs, 0)).toBe(macs);
  });
});

/** MACs and parameters of one node on an input of `shape`. */
function costOf(node: TinyNode, shape: readonly (number | string | null)[], initializers: ReturnType<typeof zeros>[]) {
  return modelCost(buildModel({ inputs: [{ name: 'x', shape }], outputs: node.outputs, nodes: [node], initializers }));
}

describe('one node', () => {
  it('a convolution, counted tap by tap', () => {
    const [outs, ins, k, groups, size, stride] = [6, 4, 3, 2, 9, 2];
    let macs = 0;
    for (let out = 0; out < outs; out++)
      for (let y = 0; y + k <= size; y += stride)
        for (let x = 0; x + k <= size; x += stride) macs += (ins / groups) * k * k;
    const node = {
      op: 'Conv',
      inputs: ['x', 'w', 'b'],
      outputs: ['y'],
      attributes: { group: groups, strides: [stride, stride] },
    };
    const cost = costOf(node, ['batch', ins, size, size], [zeros('w', outs, ins / groups, k, k), zeros('b', outs)]);
    expect(cost).toEqual({ macs, params: outs * (ins / groups) * k * k + outs, unknown: [] });
  });

  it('a transposed convolution spreads each pixel over its taps', () => {
    const node = { op: 'ConvTranspose', inputs: ['x', 'w'], outputs: ['y'], attributes: { strides: [2, 2] } };
    expect(costOf(node, [null, 4, 5, 6], [zeros('w', 4, 3, 2, 2)]).macs).toBe(5 * 6 * 4 * 3 * 2 * 2);
  });

  it('a product of matrices, turned or not, stacked or not', () => {
    const gemm = { op: 'Gemm', inputs: ['x', 'w'], outputs: ['y'], attributes: { transA: 1, transB: 1 } };
    expect(costOf(gemm, [7, 5], [zeros('w', 3, 7)]).macs).toBe(7 * 5 * 3);
    const matMul = { op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] };
    expect(costOf(matMul, ['n', 11, 7], [zeros('w', 7, 3)]).macs).toBe(11 * 7 * 3);
    expect(costOf(matMul, ['n', 2, 11, 7], [zeros('w', 1, 2, 7, 3)]).macs).toBe(2 * 11 * 7 * 3);
  });

  it('a size that is not known is said, and not guessed', () => {
    const node = { op: 'Conv', inputs: ['x', 'w'], outputs: ['y'] };
    const model = buildModel({
      inputs: [{ name: 'x', shape: ['n', 3, 'h', 'w'] }],
      outputs: ['y'],
      nodes: [node],
      initializers: [zeros('w', 2, 3, 1, 1)],
    });
    expect(modelCost(model)).toEqual({ macs: 0, params: 6, unknown: ['y'] });
    expect(modelCost(model, { h: 4, w: 5 })).toEqual({ macs: 120, params: 6, unknown: [] });
    expect(modelCost(model, { n: 2, h: 4, w: 5 }).macs).toBe(240);
  });

  it('a shared weight is one weight', () => {
    const model = buildModel({
      inputs: [{ name: 'x', shape: [1, 4] }],
      outputs: ['y'],
      initializers: [zeros('w', 4, 4), intTensor('i', [1], [0])],
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] },
        { op: 'Identity', inputs: ['w'], outputs: ['w2'] },
        { op: 'MatMul', inputs: ['h', 'w2'], outputs: ['y'] },
      ],
    });
    expect(modelCost(model)).toEqual({ macs: 32, params: 16, unknown: [] });
    expect(nodeCosts(model, inferShapes(model.graph, model.opsets)).get('y')).toEqual({ macs: 16, params: 16 });
  });
});

it('a vision transformer, by the formula', () => {
  const [tokens, width, heads] = [17, 16, 2];
  const attention = 4 * tokens * width * width + 2 * heads * tokens * tokens * (width / heads);
  const block = attention + 2 * tokens * width * 4 * width;
  expect(modelCost(visionTransformer(17)).macs).toBe(16 * width * 3 * 64 + 2 * block + 10 * width);
});
