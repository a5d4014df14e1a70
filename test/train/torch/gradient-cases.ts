/** Small graphs, one or several for each operator that has a gradient. */
import type { TinyNode } from '../../onnx/build.ts';

export interface GradientCase {
  /** Shapes of the inputs, which are differentiated unless `fixed` lists them. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly nodes: readonly TinyNode[];
  readonly integers?: Readonly<Record<string, readonly number[] | number>>;
  readonly numbers?: Readonly<Record<string, number>>;
  readonly fixed?: readonly string[];
  readonly range?: readonly [number, number];
}

const node = (
  op: string,
  inputs: readonly string[],
  attributes: TinyNode['attributes'] = {},
  outputs: readonly string[] = ['y'],
): TinyNode => ({ op, inputs, outputs, attributes });
const x = [2, 3, 4] as const;
const one = (op: string, attributes: TinyNode['attributes'] = {}, more: Partial<GradientCase> = {}): GradientCase => ({
  inputs: { x },
  nodes: [node(op, ['x'], attributes)],
  ...more,
});
const two = (op: string, b: readonly number[], more: Partial<GradientCase> = {}): GradientCase => ({
  inputs: { a: x, b },
  nodes: [node(op, ['a', 'b'])],
  ...more,
});
const moved = (
  op: string,
  integers: GradientCase['integers'],
  attributes: TinyNode['attributes'] = {},
): GradientCase => ({
  inputs: { x },
  nodes: [node(op, ['x', ...Object.keys(integers ?? {})], attributes)],
  ...(integers && { integers }),
});
const conv = (w: readonly number[], attributes: TinyNode['attributes'], image: readonly number[] = [2, 4, 6, 5]) => ({
  inputs: { x: image, w, b: [w[0] ?? 1] },
  nodes: [node('Conv', ['x', 'w', 'b'], attributes)],
});
const pool = (op: string, attributes: TinyNode['attributes']): GradientCase => ({
  inputs: { x: [2, 3, 7, 6] },
  nodes: [node(op, ['x'], attributes)],
});
const positive = { range: [0.2, 2] as const };

export const gradientCases: Readonly<Record<string, GradientCase>> = {
  Abs: one('Abs'),
  'Add, broadcast': two('Add', [3, 1]),
  'AveragePool side by side': pool('AveragePool', { kernel_shape: [2, 2], strides: [2, 2] }),
  'AveragePool, padded': pool('AveragePool', { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1] }),
  'AveragePool, the padding counted': pool('AveragePool', {
    kernel_shape: [3, 2],
    pads: [1, 0, 0, 1],
    count_include_pad: 1,
  }),
  'AveragePool, rounded up': pool('AveragePool', { kernel_shape: [2, 2], strides: [2, 4], ceil_mode: 1 }),
  'AveragePool, dilated': pool('AveragePool', { kernel_shape: [2, 2], dilations: [2, 1], pads: [1, 0, 1, 0] }),
  BatchNormalization: {
    inputs: { x: [4, 3, 2, 2], scale: [3], shift: [3], mean: [3], variance: [3] },
    nodes: [node('BatchNormalization', ['x', 'scale', 'shift', 'mean', 'variance'], { epsilon: 1e-4 })],
    fixed: ['mean', 'variance'],
    ...positive,
  },
  Cast: one('Cast', { to: 1 }),
  Clip: {
    inputs: { x },
    nodes: [node('Clip', ['x', 'low', 'high'])],
    numbers: { low: -1, high: 1.2 },
  },
  'Clip from below alone': { inputs: { x }, nodes: [node('Clip', ['x', 'low'])], numbers: { low: 0 } },
  Concat: { inputs: { a: x, b: [2, 1, 4] }, nodes: [node('Concat', ['a', 'b'], { axis: -2 })] },
  Conv: conv([3, 4, 3, 3], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 1] }),
  'Conv, grouped and dilated': conv([4, 2, 2, 2], { kernel_shape: [2, 2], group: 2, dilations: [2, 1] }),
  'Conv, depthwise with uneven padding': conv([4, 1, 3, 3], { group: 4, pads: [0, 0, 1, 1], strides: [2, 2] }),
  'Conv with auto_pad': conv([2, 4, 3, 2], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  'Conv along one axis': conv([3, 2, 3], { pads: [1, 1] }, [2, 2, 7]),
  Div: two('Div', [3, 4], positive),
  Dropout: one('Dropout'),
  Erf: one('Erf'),
  Exp: one('Exp'),
  Expand: moved('Expand', { to: [5, 2, 3, 4] }),
  Flatten: one('Flatten', { axis: 2 }),
  'Gather, places twice': moved('Gather', { at: [1, 0, -1] }, { axis: 1 }),
  'Gather of one place': moved('Gather', { at: 1 }, { axis: -1 }),
  Gelu: one('Gelu'),
  'Gelu by tanh': one('Gelu', { approximate: 'tanh' }),
  Gemm: {
    inputs: { a: [3, 2], b: [4, 3], c: [4] },
    nodes: [node('Gemm', ['a', 'b', 'c'], { transA: 1, transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } })],
  },
  'Gemm without a bias': { inputs: { a: [2, 3], b: [3, 4] }, nodes: [node('Gemm', ['a', 'b'])] },
  GlobalAveragePool: { inputs: { x: [2, 3, 4, 5] }, nodes: [node('GlobalAveragePool', ['x'])] },
  HardSigmoid: one('HardSigmoid', { alpha: { float: 0.3 }, beta: { float: 0.4 } }),
  HardSwish: one('HardSwish', {}, { range: [-4, 4] }),
  Identity: one('Identity'),
  LayerNormalization: {
    inputs: { x, scale: [4], shift: [4] },
    nodes: [node('LayerNormalization', ['x', 'scale', 'shift'], { axis: -1, epsilon: 1e-4 })],
  },
  'LayerNormalization over two axes': {
    inputs: { x, scale: [3, 4], shift: [3, 4] },
    nodes: [node('LayerNormalization', ['x', 'scale', 'shift'], { axis: 1 })],
  },
  LeakyRelu: one('LeakyRelu', { alpha: 0.2 }),
  Log: one('Log', {}, positive),
  LogSoftmax: one('LogSoftmax', { axis: 1 }),
  MatMul: { inputs: { a: [2, 3, 4], b: [4, 5] }, nodes: [node('MatMul', ['a', 'b'])] },
  'MatMul of stacks': { inputs: { a: [2, 1, 3, 4], b: [3, 4, 2] }, nodes: [node('MatMul', ['a', 'b'])] },
  'MaxPool, overlapping': pool('MaxPool', { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  'MaxPool, rounded up': pool('MaxPool', { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
  'MaxPool, uneven and dilated': pool('MaxPool', { kernel_shape: [3, 2], dilations: [2, 1], pads: [0, 0, 2, 1] }),
  Mul: two('Mul', [2, 1, 4]),
  Neg: one('Neg'),
  Pad: moved('Pad', { pads: [1, 0, 2, 0, 1, 0] }),
  'Pad of some axes that also cuts': {
    inputs: { x },
    nodes: [node('Pad', ['x', 'pads', '', 'axes'])],
    integers: { pads: [1, -1, 0, 2], axes: [-1, 1] },
  },
  Pow: two('Pow', [3, 4], positive),
  'Pow by a number': { inputs: { x }, nodes: [node('Pow', ['x', 'n'])], numbers: { n: 2 } },
  Reciprocal: one('Reciprocal', {}, positive),
  ReduceMean: moved('ReduceMean', { axes: [-1, 0] }, { keepdims: 0 }),
  'ReduceMean of everything': one('ReduceMean'),
  ReduceSum: moved('ReduceSum', { axes: [1] }),
  Relu: one('Relu'),
  Reshape: moved('Reshape', { to: [0, -1] }),
  Sigmoid: one('Sigmoid'),
  Slice: {
    inputs: { x: [2, 5, 6] },
    nodes: [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'])],
    integers: { starts: [1, 5], ends: [5, -100], axes: [1, -1], steps: [2, -2] },
  },
  'Slice from behind': {
    inputs: { x: [2, 5, 6] },
    nodes: [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'])],
    integers: { starts: [-2, 0], ends: [-6, 9], axes: [1, 2], steps: [-1, 3] },
  },
  Softmax: one('Softmax', { axis: -1 }),
  Split: {
    inputs: { x },
    nodes: [node('Split', ['x', 'sizes'], { axis: -1 }, ['a', 'b', 'c']), node('Sum', ['a', 'c'])],
    integers: { sizes: [1, 2, 1] },
  },
  'Split into parts that are not equal': {
    inputs: { x },
    nodes: [node('Split', ['x'], { axis: 1, num_outputs: 2 }, ['a', 'b']), node('Mul', ['a', 'b'])],
  },
  Sqrt: one('Sqrt', {}, positive),
  Squeeze: { inputs: { x: [2, 1, 3, 1] }, nodes: [node('Squeeze', ['x', 'axes'])], integers: { axes: [-1] } },
  'Squeeze of every axis of size 1': { inputs: { x: [2, 1, 3, 1] }, nodes: [node('Squeeze', ['x'])] },
  Sub: two('Sub', [4]),
  Sum: { inputs: { a: x, b: [4], c: [3, 1] }, nodes: [node('Sum', ['a', 'b', 'c'])] },
  Tanh: one('Tanh'),
  Transpose: one('Transpose', { perm: [2, 0, 1] }),
  'Transpose by default': one('Transpose'),
  Unsqueeze: moved('Unsqueeze', { axes: [0, -1] }),
  Where: {
    inputs: { a: x, b: [3, 4] },
    nodes: [node('Greater', ['a', 'b'], {}, ['larger']), node('Where', ['larger', 'a', 'b'])],
  },
  'a shape that is computed': {
    inputs: { x },
    nodes: [
      node('Shape', ['x'], {}, ['shape']),
      node('Gather', ['shape', 'first'], { axis: 0 }, ['batch']),
      node('Unsqueeze', ['batch', 'axis'], {}, ['batches']),
      node('Concat', ['batches', 'rest'], { axis: 0 }, ['wanted']),
      node('Reshape', ['x', 'wanted']),
    ],
    integers: { first: 0, axis: [0], rest: [-1] },
  },
};
