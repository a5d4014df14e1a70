import { Tensor as OrtTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import type { Dimension, Model, Shape, Tensor } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { dimensionValue } from '../../src/onnx/shapes/dimension.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { buildModel, type TinyAttribute, type TinyNode } from './build.ts';
import { type Feeds, measuredShapes, ramp, shapeTable } from './runtime.ts';
import { absent, readShared, sharedNetworks } from './shared.ts';
import { visionTransformer } from './vision-transformer.ts';

/** What inference says of all computed values once the names have sizes, and what the runtime returned. */
async function compared(model: Model, feeds: Feeds, sizes: Readonly<Record<string, number>>) {
  const inferred = inferShapes(model.graph, model.opsets);
  const measured = await measuredShapes(model, feeds);
  const sized = (shape: Shape | undefined): Shape =>
    shape?.map((size): Dimension => dimensionValue(size, symbol => sizes[symbol] ?? null)) ?? ['unknown'];
  return {
    inferred: shapeTable([...measured.keys()].map(name => [name, sized(inferred.get(name))])),
    measured: shapeTable(measured),
  };
}

describe.skipIf(absent)('real networks', () => {
  it.each(sharedNetworks)('%s: every value, with a dynamic batch, is as onnxruntime returns it', async file => {
    const model = readModel(readShared(file), { name: file });
    const { name, shape } = model.graph.inputs[0]!;
    const dims = [2, ...(shape!.slice(1) as number[])];
    const { inferred, measured } = await compared(model, { [name]: ramp(dims) }, { [String(shape![0])]: 2 });
    expect(inferred).toEqual(measured);
  });
});

describe('a vision transformer written out', () => {
  it.each([13, 17, 22])('opset %i: every value, with a dynamic batch, is as onnxruntime returns it', async opset => {
    const model = visionTransformer(opset);
    const { inferred, measured } = await compared(model, { image: ramp([3, 3, 32, 32]) }, { batch: 3 });
    expect(Object.keys(measured).length).toBeGreaterThan(60);
    expect(inferred).toEqual(measured);
  });

  it('axes that have one name, or none that says anything, are given apart', () => {
    const sized = (shape: Shape, free: Readonly<Record<string, number>>) => {
      const model = buildModel({
        inputs: [{ name: 'x', shape }],
        outputs: ['y'],
        nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
      });
      return inferShapes(model.graph, model.opsets, free).get('y');
    };
    expect(sized(['?', 3, '?', '?'], { 'x:2?': 48, 'x:3?': 320 })).toEqual(['x:0?', 3, 48, 320]);
    expect(sized(['N', 3, 's', 's'], { s: 224 })).toEqual(['N', 3, 224, 224]);
    expect(sized(['N', 3, 's', 's'], { s: 224, 'x:3?': 320 })).toEqual(['N', 3, 224, 320]);
  });

  it('an unnamed batch is followed as well, and a free dimension is filled in', () => {
    const model = visionTransformer(17);
    const [image] = model.graph.inputs;
    const unnamed: Model = { ...model, graph: { ...model.graph, inputs: [{ ...image!, shape: [null, 3, 32, 32] }] } };
    expect(inferShapes(unnamed.graph, unnamed.opsets).get('logits')).toEqual(['image:0?', 10]);
    expect(inferShapes(unnamed.graph, unnamed.opsets, { 'image:0?': 5 }).get('logits')).toEqual([5, 10]);
    expect(inferShapes(model.graph, model.opsets, { batch: 4 }).get('attended')).toEqual([4, 17, 16]);
  });
});

interface Case {
  readonly op: string;
  /** Sizes of the inputs fed. */
  readonly x: readonly (readonly number[])[];
  readonly constants?: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, TinyAttribute>>;
  readonly opset?: number;
  readonly outputs?: number;
  /** Input names where the constants do not simply follow the inputs; '' leaves one out. */
  readonly inputs?: readonly string[];
  readonly domain?: string;
}

const i64 = (name: string, ...values: number[]): Tensor => intTensor(name, [values.length], values);
const zeros = (name: string, ...dims: number[]): Tensor =>
  floatTensor(name, dims, new Float32Array(dims.reduce((a, b) => a * b, 1)));

/** Attribute or input, padding, rounding: the variants in which the operators differ. */
const cases: readonly Case[] = [
  { op: 'Conv', x: [[2, 4, 9, 11]], constants: [zeros('w', 6, 4, 3, 3)] },
  {
    op: 'Conv',
    x: [[2, 4, 9, 11]],
    constants: [zeros('w', 6, 2, 3, 5)],
    attributes: { group: 2, strides: [2, 1], pads: [1, 0, 2, 3], dilations: [1, 2] },
  },
  {
    op: 'Conv',
    x: [[2, 4, 9, 11]],
    constants: [zeros('w', 6, 4, 3, 3)],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  {
    op: 'Conv',
    x: [[2, 4, 9, 11]],
    constants: [zeros('w', 6, 4, 2, 3)],
    attributes: { auto_pad: 'SAME_LOWER', strides: [3, 2] },
  },
  {
    op: 'Conv',
    x: [[2, 4, 9, 11]],
    constants: [zeros('w', 6, 4, 3, 3)],
    attributes: { auto_pad: 'VALID', strides: [2, 2] },
  },
  { op: 'Conv', x: [[2, 4, 9]], constants: [zeros('w', 6, 4, 3)], attributes: { pads: [1, 1] } },
  { op: 'Conv', x: [[1, 2, 5, 6, 7]], constants: [zeros('w', 3, 2, 3, 3, 3)] },
  {
    op: 'ConvTranspose',
    x: [[1, 4, 5, 6]],
    constants: [zeros('w', 4, 3, 3, 3)],
    attributes: { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] },
  },
  {
    op: 'ConvTranspose',
    x: [[1, 4, 5, 6]],
    constants: [zeros('w', 4, 3, 2, 2)],
    attributes: { group: 2, strides: [2, 3], dilations: [2, 1] },
  },
  {
    op: 'ConvTranspose',
    x: [[1, 4, 5, 6]],
    constants: [zeros('w', 4, 3, 3, 3)],
    attributes: { auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  {
    op: 'ConvTranspose',
    x: [[1, 4, 5, 6]],
    constants: [zeros('w', 4, 3, 3, 3)],
    attributes: { strides: [2, 2], output_shape: [10, 12] },
  },
  ...[9, 10, 11, 12].flatMap((size): Case[] => [
    { op: 'MaxPool', x: [[1, 2, size, 8]], attributes: { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 } },
    {
      op: 'MaxPool',
      x: [[1, 2, size, 8]],
      attributes: { kernel_shape: [2, 2], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1 },
    },
    {
      op: 'AveragePool',
      x: [[1, 2, size, 8]],
      attributes: { kernel_shape: [2, 3], strides: [3, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
      opset: 19,
    },
    {
      op: 'AveragePool',
      x: [[1, 2, size, 8]],
      attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
      opset: 11,
    },
  ]),
  {
    op: 'MaxPool',
    x: [[1, 2, 9, 8]],
    attributes: { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2] },
  },
  { op: 'GlobalAveragePool', x: [[2, 3, 4, 5]] },
  {
    op: 'Resize',
    x: [[1, 2, 4, 5]],
    inputs: ['x0', '', 'scales'],
    constants: [floatTensor('scales', [4], new Float32Array([1, 1, 2, 1.5]))],
    opset: 13,
  },
  {
    op: 'Resize',
    x: [[1, 2, 4, 5]],
    inputs: ['x0', '', '', 'sizes'],
    constants: [i64('sizes', 1, 2, 7, 9)],
    opset: 13,
  },
  {
    op: 'Resize',
    x: [[1, 2, 4, 5]],
    inputs: ['x0', '', '', 'sizes'],
    constants: [i64('sizes', 7, 9)],
    attributes: { axes: [2, 3] },
    opset: 18,
  },
  { op: 'DepthToSpace', x: [[1, 8, 4, 5]], attributes: { blocksize: 2 } },
  { op: 'SpaceToDepth', x: [[1, 2, 4, 6]], attributes: { blocksize: 2 } },
  {
    op: 'Gemm',
    x: [
      [5, 3],
      [4, 5],
    ],
    attributes: { transA: 1, transB: 1 },
  },
  { op: 'MatMul', x: [[3], [3]] },
  { op: 'MatMul', x: [[3], [2, 3, 4]] },
  { op: 'MatMul', x: [[2, 3, 4], [4]] },
  {
    op: 'MatMul',
    x: [
      [5, 1, 3, 4],
      [2, 4, 6],
    ],
  },
  {
    op: 'Einsum',
    x: [
      [2, 3, 4],
      [2, 4, 5],
    ],
    attributes: { equation: 'bij,bjk->bik' },
  },
  {
    op: 'Einsum',
    x: [
      [2, 3],
      [3, 4],
    ],
    attributes: { equation: 'ij, jk' },
  },
  {
    op: 'Add',
    x: [
      [2, 1, 4],
      [3, 1],
    ],
  },
  {
    op: 'Where',
    x: [[2, 1], [3]],
    inputs: ['c', 'x0', 'x1'],
    constants: [intTensor('c', [2, 3], [1, 0, 1, 0, 1, 0], 'bool')],
  },
  { op: 'Reshape', x: [[2, 3, 4]], constants: [i64('to', 0, -1)] },
  { op: 'Reshape', x: [[2, 3, 4]], constants: [i64('to', 4, 3, 2)] },
  { op: 'Reshape', x: [[0, 3, 4]], constants: [i64('to', 3, 0)], attributes: { allowzero: 1 }, opset: 14 },
  { op: 'Flatten', x: [[2, 3, 4]] },
  { op: 'Flatten', x: [[2, 3, 4]], attributes: { axis: -1 } },
  { op: 'Flatten', x: [[2, 3, 4]], attributes: { axis: 0 } },
  { op: 'Transpose', x: [[2, 3, 4]] },
  { op: 'Transpose', x: [[2, 3, 4]], attributes: { perm: [1, 2, 0] } },
  { op: 'Squeeze', x: [[1, 3, 1]], opset: 11 },
  { op: 'Squeeze', x: [[1, 3, 1]], attributes: { axes: [-1] }, opset: 11 },
  { op: 'Squeeze', x: [[1, 3, 1]], constants: [i64('axes', 0)], opset: 13 },
  { op: 'Unsqueeze', x: [[2, 3]], attributes: { axes: [0, 3] }, opset: 11 },
  { op: 'Unsqueeze', x: [[2, 3]], constants: [i64('axes', -1, 0)], opset: 13 },
  { op: 'Expand', x: [[3, 1]], constants: [i64('to', 2, 1, 4)] },
  { op: 'Tile', x: [[2, 3]], constants: [i64('repeats', 2, 4)] },
  { op: 'Slice', x: [[8, 9]], constants: [i64('starts', 1, -3), i64('ends', 7, 1000)] },
  { op: 'Slice', x: [[8, 9]], constants: [i64('starts', -1), i64('ends', -100), i64('axes', -1), i64('steps', -2)] },
  { op: 'Slice', x: [[8, 9]], constants: [i64('starts', 5), i64('ends', 2), i64('axes', 0)] },
  { op: 'Gather', x: [[4, 5, 6]], constants: [intTensor('i', [2, 3], [0, 1, 2, 3, 4, -1])], attributes: { axis: 1 } },
  { op: 'Gather', x: [[4, 5]], constants: [intTensor('i', [], [2])] },
  { op: 'GatherND', x: [[4, 5, 6]], constants: [intTensor('i', [3, 2], [0, 1, 2, 3, 3, 4])] },
  {
    op: 'Concat',
    x: [
      [2, 3],
      [2, 5],
    ],
    attributes: { axis: -1 },
  },
  { op: 'Split', x: [[7, 6]], attributes: { axis: 1 }, outputs: 3, opset: 11 },
  { op: 'Split', x: [[7, 6]], attributes: { split: [3, 4] }, outputs: 2, opset: 11 },
  { op: 'Split', x: [[7, 6]], constants: [i64('parts', 2, 5)], outputs: 2, opset: 13 },
  { op: 'Split', x: [[7, 6]], attributes: { num_outputs: 3 }, outputs: 3, opset: 18 },
  { op: 'Pad', x: [[3, 4]], constants: [i64('pads', 1, 0, 2, 3)], opset: 11 },
  {
    op: 'Pad',
    x: [[3, 4]],
    inputs: ['x0', 'pads', '', 'axes'],
    constants: [i64('pads', 2, 1), i64('axes', -1)],
    opset: 18,
  },
  { op: 'ReduceMean', x: [[2, 3, 4]], attributes: { axes: [1, -1], keepdims: 0 }, opset: 13 },
  { op: 'ReduceMean', x: [[2, 3, 4]], constants: [i64('axes', -1)], opset: 18 },
  { op: 'ReduceMean', x: [[2, 3, 4]], attributes: { noop_with_empty_axes: 1 }, opset: 18 },
  { op: 'ReduceSum', x: [[2, 3, 4]], constants: [i64('axes', 1)], attributes: { keepdims: 0 }, opset: 13 },
  { op: 'ReduceMax', x: [[2, 3, 4]], attributes: { keepdims: 0 }, opset: 13 },
  { op: 'ArgMax', x: [[2, 3, 4]], attributes: { axis: 1, keepdims: 0 } },
  { op: 'TopK', x: [[2, 9]], constants: [i64('k', 4)], outputs: 2 },
  { op: 'Softmax', x: [[2, 3]] },
  { op: 'LayerNormalization', x: [[2, 3, 4]], constants: [zeros('g', 4), zeros('b', 4)], outputs: 3 },
  { op: 'BatchNormalization', x: [[2, 3, 4]], constants: [zeros('g', 3), zeros('b', 3), zeros('m', 3), zeros('v', 3)] },
  { op: 'Dropout', x: [[2, 3]], outputs: 2 },
  { op: 'PRelu', x: [[2, 3, 4, 4]], constants: [zeros('s', 3, 1, 1)] },
  { op: 'Clip', x: [[2, 3]] },
  { op: 'Sum', x: [[2, 1], [1, 3], [1]] },
  { op: 'Upsample', x: [[1, 2, 4, 5]], constants: [floatTensor('s', [4], new Float32Array([1, 1, 2, 3]))], opset: 9 },
  { op: 'Resize', x: [[1, 2, 4, 5]], constants: [floatTensor('s', [4], new Float32Array([1, 1, 2, 3]))], opset: 10 },
  { op: 'Slice', x: [[8, 9]], attributes: { starts: [1, -3], ends: [7, 1000] }, opset: 9 },
  { op: 'Pad', x: [[3, 4]], attributes: { pads: [1, 0, 2, 3] }, opset: 10 },
  { op: 'TopK', x: [[2, 9]], attributes: { k: 4 }, outputs: 2, opset: 9 },
  ...[
    {
      op: 'FusedConv',
      x: [[2, 4, 9, 11]],
      constants: [zeros('w', 6, 4, 3, 3)],
      attributes: { activation: 'Relu', pads: [1, 1, 1, 1], strides: [2, 2] },
    },
    {
      op: 'FusedMatMul',
      x: [
        [2, 5, 3],
        [2, 4, 5],
      ],
      attributes: { transA: 1, transB: 1, alpha: 0.5 },
    },
    { op: 'FusedMatMul', x: [[3, 2, 5]], constants: [zeros('w', 5, 4)], attributes: { transBatchA: 0 } },
    { op: 'FusedGemm', x: [[5, 3]], constants: [zeros('w', 4, 3)], attributes: { transB: 1, activation: 'Relu' } },
    { op: 'Gelu', x: [[2, 3]] },
    { op: 'BiasGelu', x: [[2, 3]], constants: [zeros('b', 3)] },
    { op: 'FastGelu', x: [[2, 3]] },
    { op: 'QuickGelu', x: [[2, 3]] },
    {
      op: 'SkipLayerNormalization',
      x: [
        [2, 4, 8],
        [2, 4, 8],
      ],
      constants: [zeros('g', 8), zeros('b', 8)],
    },
    {
      op: 'SkipSimplifiedLayerNormalization',
      x: [
        [2, 4, 8],
        [2, 4, 8],
      ],
      constants: [zeros('g', 8)],
    },
    { op: 'Attention', x: [[2, 4, 8]], constants: [zeros('w', 8, 24), zeros('b', 24)], attributes: { num_heads: 2 } },
    {
      op: 'MultiHeadAttention',
      x: [
        [2, 4, 8],
        [2, 6, 8],
        [2, 6, 8],
      ],
      attributes: { num_heads: 2 },
    },
  ].map((each): Case => ({ ...each, domain: 'com.microsoft' })),
];

describe('operators', () => {
  it.each(
    cases.map(
      (each, i) =>
        [`${i}: ${each.op} ${JSON.stringify(each.x)} ${JSON.stringify(each.attributes ?? {})}`, each] as const,
    ),
  )('%s', async (_, { op, x, constants = [], attributes = {}, opset = 17, outputs = 1, inputs, domain = '' }) => {
    const names = inputs ?? [...x.map((_, i) => `x${i}`), ...constants.map(({ name }) => name)];
    const ys = Array.from({ length: outputs }, (_, i) => `y${i}`);
    const model = buildModel({
      inputs: x.map((shape, i) => ({ name: `x${i}`, shape })),
      outputs: ys.map(name => ({ name, elementType: 'other' as const })),
      initializers: constants,
      nodes: [{ op, inputs: names, outputs: ys, attributes, domain }],
      opset,
      domains: domain === '' ? {} : { [domain]: 1 },
    });
    const feeds = Object.fromEntries(x.map((dims, i) => [`x${i}`, ramp(dims)]));
    const { inferred, measured } = await compared(model, feeds, {});
    expect(inferred).toEqual(measured);
  });
});

describe('arithmetic on shapes', () => {
  const dynamic = (nodes: readonly TinyNode[], initializers: readonly Tensor[] = []): Model =>
    buildModel({
      inputs: [{ name: 'x', shape: ['batch', 3, 8, 8] }],
      outputs: [{ name: nodes.at(-1)!.outputs[0]!, elementType: 'other' }],
      nodes,
      initializers,
    });
  const feeds = { x: ramp([2, 3, 8, 8]) };

  it('Shape, Gather, Unsqueeze, Concat, Reshape', async () => {
    const model = dynamic(
      [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Gather', inputs: ['shape', 'zero'], outputs: ['n'] },
        { op: 'Unsqueeze', inputs: ['n', 'axis'], outputs: ['n1'] },
        { op: 'Concat', inputs: ['n1', 'rest'], outputs: ['to'], attributes: { axis: 0 } },
        { op: 'Reshape', inputs: ['x', 'to'], outputs: ['y'] },
      ],
      [intTensor('zero', [], [0]), i64('axis', 0), i64('rest', -1, 16)],
    );
    expect(inferShapes(model.graph, model.opsets).get('y')).toEqual(['batch', 12, 16]);
    const { inferred, measured } = await compared(model, feeds, { batch: 2 });
    expect(inferred).toEqual(measured);
  });

  it('the batch merged into another axis and taken out again', async () => {
    const model = dynamic(
      [
        { op: 'Reshape', inputs: ['x', 'merge'], outputs: ['flat'] },
        { op: 'Reshape', inputs: ['flat', 'part'], outputs: ['y'] },
      ],
      [i64('merge', -1, 16), i64('part', -1, 192)],
    );
    expect(inferShapes(model.graph, model.opsets).get('flat')).toEqual(['12*batch', 16]);
    const { inferred, measured } = await compared(model, feeds, { batch: 2 });
    expect(inferred).toEqual(measured);
  });

  it('Slice, Cast, Mul, Div, Add, Sub, Range, ConstantOfShape, Equal, Where, Expand', async () => {
    const model = dynamic(
      [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Slice', inputs: ['shape', 'two', 'four'], outputs: ['hw'] },
        { op: 'Cast', inputs: ['hw'], outputs: ['hwFloat'], attributes: { to: 1 } },
        { op: 'Mul', inputs: ['hwFloat', 'scale'], outputs: ['scaled'] },
        { op: 'Floor', inputs: ['scaled'], outputs: ['floored'] },
        { op: 'Cast', inputs: ['floored'], outputs: ['hw2'], attributes: { to: 7 } },
        { op: 'Slice', inputs: ['shape', 'nil', 'two'], outputs: ['nc'] },
        { op: 'Concat', inputs: ['nc', 'hw2'], outputs: ['sizes'], attributes: { axis: 0 } },
        { op: 'Resize', inputs: ['x', '', '', 'sizes'], outputs: ['resized'] },
        { op: 'Div', inputs: ['hw', 'three'], outputs: ['thirds'] },
        { op: 'Sub', inputs: ['thirds', 'four'], outputs: ['less'] },
        { op: 'Add', inputs: ['less', 'four'], outputs: ['more'] },
        { op: 'ConstantOfShape', inputs: ['more'], outputs: ['zeros'] },
        { op: 'Concat', inputs: ['n1', 'minus'], outputs: ['ask'], attributes: { axis: 0 } },
        { op: 'Shape', inputs: ['ask'], outputs: ['askShape'] },
        {
          op: 'ConstantOfShape',
          inputs: ['askShape'],
          outputs: ['ones'],
          attributes: { value: { tensor: i64('', 1) } },
        },
        { op: 'Mul', inputs: ['ones', 'minus1'], outputs: ['minusOnes'] },
        { op: 'Equal', inputs: ['ask', 'minusOnes'], outputs: ['test'] },
        { op: 'Where', inputs: ['test', 'ones', 'ask'], outputs: ['to'] },
        { op: 'Expand', inputs: ['token', 'to'], outputs: ['tokens'] },
        { op: 'Squeeze', inputs: ['n1'], outputs: ['n'] },
        { op: 'Range', inputs: ['nilScalar', 'n', 'oneScalar'], outputs: ['y'] },
      ].toSpliced(8, 0, { op: 'Slice', inputs: ['shape', 'nil', 'one'], outputs: ['n1'] }),
      [
        ...[
          i64('nil', 0),
          i64('one', 1),
          i64('two', 2),
          i64('four', 4),
          i64('three', 3),
          i64('minus', -1, -1),
          i64('minus1', -1),
        ],
        ...[intTensor('nilScalar', [], [0]), intTensor('oneScalar', [], [1])],
        ...[floatTensor('scale', [], new Float32Array([1.6])), zeros('token', 1, 1, 5)],
      ],
    );
    const shapes = inferShapes(model.graph, model.opsets);
    expect(shapes.get('resized')).toEqual(['batch', 3, 12, 12]);
    expect(shapes.get('tokens')).toEqual(['batch', 1, 5]);
    const { inferred, measured } = await compared(model, feeds, { batch: 2 });
    expect(inferred).toEqual(measured);
  });
});

describe('what cannot be known', () => {
  const custom = buildModel({
    inputs: [{ name: 'x', shape: [2, 3] }],
    outputs: ['y'],
    nodes: [
      { op: 'Frobnicate', domain: 'org.example', inputs: ['x'], outputs: ['h', 'k'] },
      { op: 'Relu', inputs: ['h'], outputs: ['y'] },
    ],
    domains: { 'org.example': 1 },
  });

  it('is left out, and what the file says is taken instead', () => {
    expect([...inferShapes(custom.graph, custom.opsets).keys()]).toEqual(['x']);
    const valueInfo = new Map([['h', { name: 'h', elementType: 'float32' as const, shape: ['n', 7] }]]);
    const shapes = inferShapes({ ...custom.graph, valueInfo }, custom.opsets, { n: 4 });
    expect(shapes.get('y')).toEqual([4, 7]);
    expect(shapes.has('k')).toBe(false);
  });

  it('nonsense gives no shape, and no error', () => {
    const model = buildModel({
      inputs: [{ name: 'x', shape: [2, 3] }],
      outputs: ['a'],
      initializers: [i64('bad', -7, -1, -1), zeros('w', 1, 1, 1, 1)],
      nodes: [
        { op: 'Reshape', inputs: ['x', 'bad'], outputs: ['a'] },
        { op: 'Conv', inputs: ['x', 'w'], outputs: ['b'], attributes: { strides: [0, -1] } },
        { op: 'Transpose', inputs: ['x'], outputs: ['c'], attributes: { perm: [5, 6] } },
        { op: 'Squeeze', inputs: [], outputs: ['d'] },
        { op: 'Split', inputs: ['x'], outputs: ['e', 'f'], attributes: { axis: 9 } },
        { op: 'Unsqueeze', inputs: ['x', 'bad'], outputs: ['g'] },
      ],
    });
    const shapes = inferShapes(model.graph, model.opsets);
    expect(['a', 'b', 'c', 'd', 'e', 'f', 'g'].filter(name => shapes.has(name))).toEqual([]);
  });

  it('an int32 tensor that is fed is of known shape and unknown content', async () => {
    const model = buildModel({
      inputs: [
        { name: 'x', shape: [2, 3] },
        { name: 'to', shape: [3], elementType: 'int64' },
      ],
      outputs: ['y'],
      nodes: [{ op: 'Reshape', inputs: ['x', 'to'], outputs: ['y'] }],
    });
    expect(inferShapes(model.graph, model.opsets).get('y')).toEqual([null, null, null]);
    const to = new OrtTensor('int64', BigInt64Array.from([1n, 3n, 2n]), [3]);
    expect((await measuredShapes(model, { x: ramp([2, 3]), to })).get('y')).toEqual([1, 3, 2]);
  });
});
