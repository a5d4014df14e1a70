import { describe, expect, test } from 'vitest';
import { weightBlock } from '../../src/decompose/block.ts';
import { findSites } from '../../src/decompose/find-sites.ts';
import { methodNames } from '../../src/decompose/method.ts';
import type { Attribute, Model, Node, Tensor } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatsOf, intTensor } from '../../src/onnx/tensor.ts';
import { seededRng } from '../../src/random/rng.ts';
import { int, ints, network, node, randomTensor, text } from './networks.ts';

const rng = seededRng(1);
const found = (model: Model) => findSites(model, inferShapes(model.graph, model.opsets));

function oneNode(opType: string, weight: Tensor | null, input: readonly (number | string)[], attributes = {}): Model {
  return network({
    input,
    nodes: [node(opType, ['x', 'w'], 'y', attributes as Record<string, Attribute>, 'layer')],
    constants: weight ? [{ ...weight, name: 'w' }] : [],
    outputs: [{ name: 'y', shape: null }],
  });
}

describe('a node that is no site says why', () => {
  const image = ['batch', 8, 16, 16];
  const rejections: [string, Model, RegExp][] = [
    ['a weight from elsewhere', oneNode('Conv', null, image), /"w" is computed at run time/],
    [
      'a 4-D convolution',
      oneNode('Conv', randomTensor('w', [8, 8, 2, 2, 2, 2], rng), [1, 8, 9, 9, 9, 9]),
      /4-D convolution/,
    ],
    [
      'a depthwise convolution',
      oneNode('Conv', randomTensor('w', [8, 1, 3, 3], rng), image, { group: int(8) }),
      /depthwise: one channel per group/,
    ],
    [
      'too narrow groups',
      oneNode('Conv', randomTensor('w', [8, 2, 3, 3], rng), image, { group: int(4) }),
      /grouped: 2 input and 2 output channels per group are too few/,
    ],
    ['unknown image size', oneNode('Conv', randomTensor('w', [8, 8, 3, 3], rng), ['b', 8, 'h', 'w']), /fixed sizes/],
    ['a single output', oneNode('Gemm', randomTensor('w', [8, 1], rng), ['batch', 8]), /even rank 1 costs as many/],
    [
      'a transposed convolution that says how large its output is',
      oneNode('ConvTranspose', randomTensor('w', [8, 8, 3, 3], rng), image, { output_shape: ints(18, 18) }),
      /says how large its output is/,
    ],
    [
      'a recurrent layer',
      oneNode('LSTM', randomTensor('w', [1, 8, 8], rng), [2, 1, 8]),
      /recurrent layers are not factorised.*fewer units/,
    ],
    [
      'an Einsum that sums out more than it multiplies',
      oneNode('Einsum', randomTensor('w', [8, 8], rng), ['n', 4, 8], { equation: text('btc,cd->bd') }),
      /is no product with a matrix/,
    ],
    [
      'a stack of matrices',
      oneNode('MatMul', randomTensor('w', [2, 8, 8], rng), [2, 4, 8]),
      /3 dimensions \(2 x 8 x 8\)/,
    ],
    ['an attention product', oneNode('MatMul', null, [8, 8]), /it has no weight/],
    ['no element', oneNode('Gemm', randomTensor('w', [8, 0], rng), ['batch', 8]), /empty \(8 x 0\)/],
  ];
  test.each(rejections)('%s', (_, model, reason) => {
    const { sites, rejected } = found(model);
    expect(sites).toEqual([]);
    expect(rejected).toHaveLength(1);
    expect(rejected[0]!.node).toBe('layer');
    expect(rejected[0]!.reason).toMatch(reason);
  });

  test('a weight with NaN, and where it is', () => {
    const weight = randomTensor('w', [8, 8], rng);
    new DataView(weight.bytes.buffer, weight.bytes.byteOffset).setFloat32(5 * 4, Number.NaN, true);
    expect(found(oneNode('Gemm', weight, ['batch', 8])).rejected[0]!.reason).toMatch(/holds NaN at element 5/);
  });

  test('a weight that is made out of constants by an operator that computes', () => {
    const model = network({
      input: image,
      nodes: [node('Mul', ['v', 'v'], 'w'), node('Conv', ['x', 'w'], 'y')],
      constants: [randomTensor('v', [8, 8, 3, 3], rng)],
      outputs: [{ name: 'y', shape: null }],
    });
    expect(found(model).rejected[0]!.reason).toMatch(/"w" is computed at run time/);
  });

  test('a weight of integers', () => {
    const weight: Tensor = { name: 'w', dims: [8, 8], elementType: 'int32', bytes: new Uint8Array(256) };
    expect(found(oneNode('MatMul', weight, [4, 8])).rejected[0]!.reason).toMatch(/int32; only float32 and float16/);
  });

  const withDomain = (domain: string, opType = 'Conv'): Model => {
    const model = oneNode('Conv', randomTensor('w', [8, 8, 3, 3], rng), image);
    const nodes = model.graph.nodes.map((each): Node => ({ ...each, domain, opType }));
    return { ...model, graph: { ...model.graph, nodes } };
  };

  test.each([
    [
      'com.example',
      'Conv',
      /^Conv is an operator of com.example, and only convolutions, Gemm, MatMul and Einsum are factorised$/,
    ],
    ['com.microsoft', 'FusedConv', /^FusedConv is an operator that onnxruntime fuses others into.* as it was exported/],
    ['com.microsoft.nchwc', 'Conv', /that onnxruntime fuses others into/],
    ['com.microsoft', 'Attention', /that onnxruntime fuses others into/],
  ])('an operator of %s that holds a weight', (domain, opType, reason) => {
    const { sites, rejected } = found(withDomain(domain, opType));
    expect(sites).toEqual([]);
    expect(rejected).toMatchObject([{ node: 'layer', opType, reason: expect.stringMatching(reason) }]);
  });

  test('but one without weights is passed over', () => {
    const model = network({
      input: ['batch', 8],
      nodes: [{ ...node('Gelu', ['x'], 'y'), domain: 'com.microsoft' }],
      constants: [],
      outputs: [{ name: 'y', shape: null }],
    });
    expect(found(model).rejected).toEqual([]);
  });

  test('where a size was lost, and what to give', () => {
    const weight = randomTensor('w', [8, 8, 3, 3], rng);
    const reason = (model: Model) => found(model).unsized[0]?.reason;
    const asked = (input: readonly (number | string)[]) => reason(oneNode('Conv', weight, input));
    expect(asked(['b', 8, 'h', 'w'])).toMatch(
      /sizes of the input "x" that are dynamic; .*inputShape: \{ "h": 224, "w": 224 \}/,
    );
    expect(asked(['b', 8, 's', 's'])).toMatch(/inputShape: \{ "x:2\?": 224, "x:3\?": 224 \}/);
    expect(asked(['?', 8, '?', 16])).toMatch(/inputShape: \{ "x:2\?": 224 \}/);
    const behind = network({
      input: ['b', 8, 16, 16],
      nodes: [
        { ...node('Measure', ['x'], 'm', {}, 'tape'), domain: 'org.example' },
        node('Cast', ['m'], 'sizes', { to: int(7) }),
        node('Reshape', ['x', 'sizes'], 'r'),
        node('Relu', ['r'], 'a'),
        node('Conv', ['a', 'w'], 'y'),
      ],
      constants: [weight],
      outputs: [{ name: 'y', shape: null }],
    });
    expect(reason(behind)).toMatch(/they are lost at the node "tape" \(Measure of org.example\)/);
  });
});

test('describes a strided convolution with asymmetric padding', () => {
  const model = network({
    input: ['batch', 8, 15, 17],
    nodes: [node('Conv', ['x', 'w', 'b'], 'y', { strides: ints(2, 1), pads: ints(0, 1, 2, 3) }, 'layer')],
    constants: [randomTensor('w', [12, 8, 3, 5], rng), randomTensor('b', [12], rng)],
    outputs: [{ name: 'y', shape: null }],
  });
  // (15 + 2 - 3) / 2 + 1 rows and 17 + 4 - 5 + 1 columns.
  expect(found(model).sites).toEqual([
    {
      name: 'layer',
      index: 0,
      output: 'y',
      kind: 'conv',
      weight: 'w',
      elementType: 'float32',
      weightDims: [12, 8, 3, 5],
      weightInput: 1,
      weightLayout: 'out-in',
      weightOrder: null,
      inChannels: 8,
      outChannels: 12,
      groups: 1,
      kernel: [3, 5],
      kernelShape: [3, 5],
      strides: [2, 1],
      dilations: [1, 1],
      pads: [0, 1, 2, 3],
      inputImage: [15, 17],
      outputImage: [8, 17],
      product: null,
      inputSize: [15, 17],
      outputSize: [8, 17],
      outputPositions: 136,
      macs: 136 * 12 * 8 * 15,
      params: 12 * 8 * 15 + 12,
      biasParams: 12,
      methods: methodNames,
    },
  ]);
});

test('reads a weight through Constant and Identity', () => {
  const value = randomTensor('', [8, 6], rng);
  const model = network({
    input: ['batch', 8],
    nodes: [
      node('Constant', [], 'c', { value: { kind: 'tensor', value } }),
      node('Identity', ['c'], 'i'),
      node('Identity', ['i'], 'j'),
      node('Gemm', ['x', 'j'], 'y'),
    ],
    constants: [],
    outputs: [{ name: 'y', shape: null }],
  });
  const [site] = found(model).sites;
  expect(site!.weight).toBe('j');
  const block = weightBlock(model, site!);
  const stored = floatsOf(value);
  for (let o = 0; o < 6; o++) for (let i = 0; i < 8; i++) expect(block.data[o * 8 + i]).toBe(stored[i * 6 + o]);
});

test('gives every site a name of its own when nodes have none or share one', () => {
  const names = ['same', 'same', '', 'h0', 'own'];
  const model = network({
    input: ['batch', 8],
    nodes: names.map((name, i) => node('MatMul', [i === 0 ? 'x' : `h${i - 1}`, `w${i}`], `h${i}`, {}, name)),
    constants: names.map((_, i) => randomTensor(`w${i}`, [8, 8], rng)),
    outputs: [{ name: 'h4', shape: null }],
  });
  const { sites } = found(model);
  expect(sites.map(({ name }) => name)).toEqual(["h0'", 'h1', 'h2', 'h0', 'own']);
  expect(sites.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
});

test('layers that share a weight are one site, wherever they are applied', () => {
  const model = network({
    input: ['batch', 8, 20, 20],
    nodes: [
      node('Conv', ['x', 'w', 'b'], 'a', { pads: ints(1, 1, 1, 1) }),
      node('MaxPool', ['a'], 'p', { kernel_shape: ints(2, 2), strides: ints(2, 2) }),
      node('Conv', ['p', 'w'], 'c', { pads: ints(1, 1, 1, 1) }),
      node('Conv', ['p', 'v'], 'd', { pads: ints(1, 1, 1, 1) }),
    ],
    constants: [
      randomTensor('w', [8, 8, 3, 3], rng),
      randomTensor('v', [8, 8, 3, 3], rng),
      randomTensor('b', [8], rng),
    ],
    outputs: ['c', 'd'].map(name => ({ name, shape: null })),
  });
  const { sites, rejected } = found(model);
  expect(rejected).toEqual([]);
  expect(sites.map(({ name, twins }) => [name, twins?.map(twin => twin.name)])).toEqual([
    ['a', ['c']],
    ['d', undefined],
  ]);
  expect(sites[0]!.macs).toBe((400 + 100) * 8 * 8 * 9);
  expect(sites[0]!.params).toBe(8 * 8 * 9 + 8);
});

test('counts a batch that is not fixed as one, and rows that are fixed as they are', () => {
  const rows = (input: readonly (number | string)[]): number =>
    found(oneNode('MatMul', randomTensor('w', [8, 8], rng), input)).sites[0]!.outputPositions;
  expect(rows(['batch', 197, 8])).toBe(197);
  expect(rows(['batch', 8])).toBe(1);
  expect(rows([5, 8])).toBe(5);
});

describe('layers that no judged output depends on', () => {
  const weights = ['a', 'b', 'c', 'd'].map(name => randomTensor(name, [16, 16], rng));
  const layers = [
    node('MatMul', ['x', 'a'], 'trunk'),
    node('MatMul', ['trunk', 'b'], 'y'),
    node('MatMul', ['trunk', 'c'], 'z'),
    node('MatMul', ['trunk', 'd'], 'nothing'),
  ];
  const outputsOf = (z: readonly (number | string)[]): Model =>
    network({
      input: ['N', 16],
      nodes: [...layers, node('Reshape', ['z', 'sizes'], 'map')],
      constants: [...weights, intTensor('sizes', [4], [-1, 4, 2, 2])],
      outputs: [
        { name: 'y', shape: ['N', 16] },
        { name: z.length === 2 ? 'z' : 'map', shape: z },
      ],
    });

  test('are left out, each with why; what both outputs need is offered', () => {
    const { sites, rejected, idle, outputs } = found(outputsOf(['N', 4, 2, 2]));
    expect(sites.map(({ name }) => name)).toEqual(['trunk', 'y']);
    expect(rejected).toEqual([
      { node: 'z', opType: 'MatMul', why: 'unjudged', reason: 'it feeds only the output "map", which is not judged' },
      { node: 'nothing', opType: 'MatMul', why: 'unjudged', reason: 'no output depends on it' },
    ]);
    expect(idle).toEqual(['z', 'nothing']);
    expect(outputs).toEqual({ judged: ['y'], unjudged: ['map'] });
  });

  test('a second head is judged, so that its layers are offered', () => {
    const { sites, idle } = found(outputsOf(['N', 16]));
    expect(sites.map(({ name }) => name)).toEqual(['trunk', 'y', 'z']);
    expect(idle).toEqual(['nothing']);
  });

  test('where no output is class scores, all layers are looked at: nothing is judged', () => {
    const model = network({
      input: ['N', 16],
      nodes: layers,
      constants: weights,
      outputs: [
        { name: 'y', shape: [4] },
        { name: 'z', shape: [4] },
      ],
    });
    const shapes = new Map([...inferShapes(model.graph, model.opsets), ['y', [4]], ['z', [4]]]);
    expect(findSites(model, shapes).idle).toEqual([]);
  });
});
