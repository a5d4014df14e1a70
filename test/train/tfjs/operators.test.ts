import * as tf from '@tensorflow/tfjs';
import { Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tensor as Constant } from '../../../src/onnx/graph.ts';
import { floatTensor, intTensor } from '../../../src/onnx/tensor.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { tfjsEngine } from '../../../src/train/tfjs/engine.ts';
import { buildModel, type TinyNode } from '../../onnx/build.ts';
import { run } from '../../onnx/runtime.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const rng = seededRng(3);
const random = (name: string, dims: readonly number[], centre = 0): Constant =>
  floatTensor(
    name,
    dims,
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => centre + 2 * rng.uniform() - 1),
  );
const ints = (name: string, ...values: number[]): Constant => intTensor(name, [values.length], values);
const y = { outputs: ['y'] };

interface Case {
  readonly x: readonly number[];
  readonly nodes: readonly TinyNode[];
  readonly constants?: readonly Constant[];
  readonly outputs?: readonly string[];
}
const one = (
  op: string,
  attributes: NonNullable<TinyNode['attributes']> = {},
  inputs = ['x'],
  constants: Constant[] = [],
): Omit<Case, 'x'> => ({
  nodes: [{ op, inputs, ...y, attributes }],
  constants,
});
const image = [2, 4, 7, 6];
const conv = (dims: number[], attributes: NonNullable<TinyNode['attributes']>, op = 'Conv', bias = 0): Case => ({
  x: image,
  ...one(op, { kernel_shape: dims.slice(2), ...attributes }, bias ? ['x', 'w', 'b'] : ['x', 'w'], [
    random('w', dims),
    random('b', [bias || 1]),
  ]),
});

/** In groups by file of `operators/`. */
const cases: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    [
      'Abs',
      'Ceil',
      'Erf',
      'Exp',
      'Floor',
      'Neg',
      'Reciprocal',
      'Relu',
      'Sigmoid',
      'Sign',
      'Tanh',
      'HardSwish',
      'HardSigmoid',
      'LeakyRelu',
      'Identity',
    ].map(op => [op, { x: [3, 4], ...one(op) }]),
  ),
  'Sqrt and Log': {
    x: [3, 4],
    nodes: [
      { op: 'Abs', inputs: ['x'], outputs: ['a'] },
      { op: 'Sqrt', inputs: ['a'], outputs: ['b'] },
      { op: 'Log', inputs: ['b'], ...y },
    ],
  },
  Clip: { x: [3, 4], ...one('Clip', {}, ['x', 'low', 'high'], [random('low', [], -1.2), random('high', [], 1.2)]) },
  'Add, broadcast': { x: [2, 3, 4], ...one('Add', {}, ['x', 'b'], [random('b', [3, 1])]) },
  'Div and Pow': {
    x: [2, 3],
    nodes: [
      { op: 'Div', inputs: ['x', 'b'], outputs: ['q'] },
      { op: 'Pow', inputs: ['q', 'two'], ...y },
    ],
    constants: [random('b', [3], 2), floatTensor('two', [], Float32Array.of(2))],
  },
  'Max, Min and Sum': {
    x: [2, 3],
    nodes: [
      { op: 'Max', inputs: ['x', 'b', 'c'], outputs: ['m'] },
      { op: 'Min', inputs: ['m', 'c'], outputs: ['n'] },
      { op: 'Sum', inputs: ['n', 'x', 'b'], ...y },
    ],
    constants: [random('b', [3]), random('c', [2, 1])],
  },
  'Where and Greater': {
    x: [2, 3],
    nodes: [
      { op: 'Greater', inputs: ['x', 'b'], outputs: ['g'] },
      { op: 'Where', inputs: ['g', 'x', 'b'], ...y },
    ],
    constants: [random('b', [3])],
  },
  'Reshape with 0 and -1': { x: [2, 3, 4, 5], ...one('Reshape', {}, ['x', 's'], [ints('s', 0, -1, 5)]) },
  'Reshape to a Shape': {
    x: [2, 6],
    nodes: [
      { op: 'Shape', inputs: ['b'], outputs: ['s'] },
      { op: 'Reshape', inputs: ['x', 's'], ...y },
    ],
    constants: [random('b', [3, 4])],
  },
  Flatten: { x: [2, 3, 4], ...one('Flatten', { axis: 2 }) },
  Transpose: { x: [2, 3, 4, 5], ...one('Transpose', { perm: [1, 3, 0, 2] }) },
  'Squeeze and Unsqueeze': {
    x: [2, 1, 3],
    nodes: [
      { op: 'Squeeze', inputs: ['x', 'a'], outputs: ['s'] },
      { op: 'Unsqueeze', inputs: ['s', 'b'], ...y },
    ],
    constants: [ints('a', 1), ints('b', 0, -1)],
  },
  Expand: { x: [3, 1], ...one('Expand', {}, ['x', 's'], [ints('s', 2, 1, 4)]) },
  Concat: { x: [2, 3], ...one('Concat', { axis: -1 }, ['x', 'b', 'x'], [random('b', [2, 2])]) },
  Split: {
    x: [2, 5],
    nodes: [{ op: 'Split', inputs: ['x', 's'], outputs: ['y', 'z'], attributes: { axis: 1 } }],
    constants: [ints('s', 3, 2)],
    outputs: ['y', 'z'],
  },
  Slice: {
    x: [5, 6],
    ...one(
      'Slice',
      {},
      ['x', 'b', 'e', 'a', 's'],
      [ints('b', -1, 1), ints('e', -100, 5), ints('a', 0, -1), ints('s', -2, 3)],
    ),
  },
  'Pad and cut': { x: [3, 4], ...one('Pad', {}, ['x', 'p', 'v'], [ints('p', 1, -1, 0, 2), random('v', [])]) },
  Gather: { x: [3, 4], ...one('Gather', { axis: 1 }, ['x', 'i'], [ints('i', 2, -1, 0)]) },
  ScatterElements: {
    x: [6],
    ...one('ScatterElements', { axis: 0, reduction: 'add' }, ['x', 'i', 'u'], [ints('i', 5, 0, 5), random('u', [3])]),
  },
  ReduceSum: { x: [2, 3, 4], ...one('ReduceSum', { keepdims: 0 }, ['x', 'a'], [ints('a', 0, -1)]) },
  'ReduceSum of all': { x: [2, 3], ...one('ReduceSum') },
  ReduceMean: { x: [2, 3, 4], ...one('ReduceMean', {}, ['x', 'a'], [ints('a', 1)]) },
  ReduceSumSquare: { x: [2, 3], ...one('ReduceSumSquare', { keepdims: 0 }) },
  Softmax: { x: [2, 3, 4], ...one('Softmax', { axis: 1 }) },
  LogSoftmax: { x: [2, 5], ...one('LogSoftmax') },
  'ArgMax, Equal and Cast': {
    x: [4, 5],
    nodes: [
      { op: 'ArgMax', inputs: ['x'], outputs: ['a'], attributes: { axis: 1, keepdims: 0 } },
      { op: 'ArgMax', inputs: ['b'], outputs: ['c'], attributes: { axis: 1, keepdims: 0 } },
      { op: 'Equal', inputs: ['a', 'c'], outputs: ['e'] },
      { op: 'Cast', inputs: ['e'], ...y, attributes: { to: 1 } },
    ],
    constants: [random('b', [4, 5])],
  },
  Gemm: {
    x: [4, 2],
    ...one(
      'Gemm',
      { transA: 1, transB: 1, alpha: 0.5, beta: { float: 2 } },
      ['x', 'b', 'c'],
      [random('b', [3, 4]), random('c', [3])],
    ),
  },
  'MatMul in batches': { x: [2, 3, 4], ...one('MatMul', {}, ['x', 'b'], [random('b', [2, 4, 5])]) },
  LayerNormalization: {
    x: [2, 3, 4],
    ...one('LayerNormalization', { axis: -1 }, ['x', 's', 'b'], [random('s', [4]), random('b', [4])]),
  },
  BatchNormalization: {
    x: image,
    ...one(
      'BatchNormalization',
      {},
      ['x', 's', 'b', 'm', 'v'],
      [random('s', [4]), random('b', [4]), random('m', [4]), random('v', [4], 2)],
    ),
  },
  'BatchNormalization in training': {
    x: image,
    nodes: [
      {
        op: 'BatchNormalization',
        inputs: ['x', 's', 'b', 'm', 'v'],
        outputs: ['y', 'mean', 'variance'],
        attributes: { training_mode: 1, momentum: 0.3 },
      },
    ],
    constants: [random('s', [4]), random('b', [4]), random('m', [4]), random('v', [4], 2)],
    outputs: ['y', 'mean', 'variance'],
  },
  'Conv with a bias': conv([3, 4, 3, 3], { pads: [1, 0, 0, 2] }, 'Conv', 3),
  'Conv in groups, strided': conv([6, 2, 3, 2], { group: 2, strides: [2, 1] }),
  'Conv by depth, SAME': conv([4, 1, 3, 3], { group: 4, strides: [2, 2], auto_pad: 'SAME_UPPER' }),
  'Conv, dilated': conv([3, 4, 2, 3], { dilations: [3, 2], pads: [1, 1, 1, 1] }),
  'Conv, strided and dilated': conv([3, 4, 2, 2], { dilations: [2, 3], strides: [2, 2] }),
  ConvTranspose: conv([4, 3, 3, 2], { strides: [2, 3], pads: [1, 0, 0, 1], output_padding: [1, 2] }, 'ConvTranspose'),
  'ConvTranspose in groups, dilated': conv(
    [4, 3, 2, 3],
    { group: 2, dilations: [2, 1], pads: [0, 1, 1, 0] },
    'ConvTranspose',
    6,
  ),
  'MaxPool with places': {
    x: image,
    nodes: [
      {
        op: 'MaxPool',
        inputs: ['x'],
        outputs: ['y', 'at'],
        attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] },
      },
    ],
    outputs: ['y', 'at'],
  },
  'MaxPool, rounded up': { x: image, ...one('MaxPool', { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }) },
  AveragePool: { x: image, ...one('AveragePool', { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1] }) },
  'AveragePool with the padding counted': {
    x: image,
    ...one('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
  },
  GlobalAveragePool: { x: image, ...one('GlobalAveragePool') },
};

describe('operators on TensorFlow.js agree with ONNX Runtime', () => {
  test.each(Object.entries(cases))('%s', async (_, { x, nodes, constants = [], outputs = ['y'] }) => {
    const typed = outputs.map(name => ({
      name,
      elementType: name === 'at' ? ('int64' as const) : ('float32' as const),
    }));
    const model = buildModel({
      inputs: [{ name: 'x', shape: x }],
      outputs: typed,
      nodes,
      initializers: constants,
      opset: 18,
    });
    const data = Float32Array.from({ length: x.reduce((a, b) => a * b, 1) }, () => 4 * rng.uniform() - 2);
    const expected = await run(model, { x: new Tensor('float32', data, x) });
    const engine = tfjsEngine(tf);
    const program = await engine.compile(model);
    const before = tf.memory().numTensors;
    const input = engine.value(x, data);
    const results = await program.run(new Map([['x', input]]), outputs);
    for (const name of outputs) {
      const [found, wanted] = [results.get(name)!, expected[name]!];
      expect(found.dims).toEqual(wanted.dims);
      const numbers = Array.from(wanted.data as Float32Array, Number);
      Array.from(await found.read()).forEach((value, i) => {
        expect(Math.abs(value - numbers[i]!)).toBeLessThan(2e-5 * (1 + Math.abs(numbers[i]!)));
      });
      found.dispose();
    }
    input.dispose();
    expect(tf.memory().numTensors).toBe(before);
    await engine.close();
  });
});
