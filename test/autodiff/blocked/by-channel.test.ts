/** What lies between blocked convolutions: norms, sums, paddings, and what convolutions take in. */
import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { blockedLayout } from '../../../src/autodiff/blocked/blocked-layout.ts';
import { blockedDomain } from '../../../src/autodiff/blocked/layout.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { intTensor } from '../../../src/onnx/tensor.ts';
import { blockSize } from '../../../src/train/onnxruntime/block-size.ts';
import { branching } from '../../onnx/branching.ts';
import { buildModel, type TinyNode } from '../../onnx/build.ts';
import { run } from '../../onnx/runtime.ts';
import { uniform } from '../gradient/values.ts';

const block = await blockSize();
const vectors = block ?? 8;
const integers = (name: string, values: number[]) => intTensor(name, [values.length], values);

interface Graph {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly nodes: readonly TinyNode[];
  readonly outputs: readonly string[];
  readonly constants?: ReturnType<typeof integers>[];
}

/** `x` goes through a convolution of one tap to `c`, so that what follows finds a blocked value. */
const behindConvolution = ({ inputs, nodes, outputs, constants = [] }: Graph): Model =>
  buildModel({
    opset: 20,
    inputs: Object.entries(inputs).map(([name, shape]) => ({ name, shape })),
    outputs,
    nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] }, ...nodes],
    initializers: constants,
  });

async function sameAnswers(given: Graph, shift = 0, tolerance = 1e-5): Promise<Model> {
  const model = behindConvolution(given);
  const blocked = blockedLayout(model, vectors);
  const feeds = Object.fromEntries(
    Object.entries(given.inputs).map(([name, dims], i) => {
      const range = name === 'v' ? ([0.5, 1] as const) : ([-1, 1] as const);
      const values = uniform(dims, i + 1, range).map(value => value + (name === 'x' ? shift : 0));
      return [name, new Tensor('float32', Float32Array.from(values), dims)];
    }),
  );
  const [plain, again] = [await run(model, feeds), await run(blocked, feeds)];
  for (const name of given.outputs) {
    const [a, b] = [plain[name]?.data as Float32Array, again[name]?.data as Float32Array];
    expect(again[name]?.dims).toEqual(plain[name]?.dims);
    const scale = a.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    const apart = a.reduce((most, each, i) => Math.max(most, Math.abs(each - (b[i] as number))), 0);
    expect(apart / scale, name).toBeLessThan(tolerance);
  }
  return blocked;
}

const operators = (model: Model): string[] =>
  model.graph.nodes.map(({ opType, domain }) => (domain === blockedDomain ? `blocked ${opType}` : opType));
const count = (model: Model, opType: string): number => operators(model).filter(each => each === opType).length;

const channels = 2 * vectors;
const sizes = (n = 3, h = 4, w = 5): Graph['inputs'] => ({ x: [n, 4, h, w], w: [channels, 4, 1, 1] });
const vector = { s: [channels], b: [channels], m: [channels], v: [channels] };
const norm = (training: boolean): TinyNode => ({
  op: 'BatchNormalization',
  inputs: ['c', 's', 'b', 'm', 'v'],
  outputs: training ? ['y', 'mean', 'variance'] : ['y'],
  attributes: { epsilon: 1e-3, ...(training ? { training_mode: 1, momentum: { float: 0 } } : {}) },
});

describe.skipIf(block === null)('in the blocked layout', () => {
  test('norms give what they gave, with given statistics and with those of the batch', async () => {
    const sides = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 17 }), sides, sides, fc.boolean(), async (n, h, w, training) => {
        const outputs = training ? ['y', 'mean', 'variance'] : ['y'];
        const made = await sameAnswers({ inputs: { ...sizes(n, h, w), ...vector }, nodes: [norm(training)], outputs });
        expect(count(made, 'BatchNormalization')).toBe(0);
      }),
      { seed: 3, numRuns: 30 },
    );
  });

  test('a variance is not lost beside a mean that is a thousand times as large', () =>
    sameAnswers({ inputs: { ...sizes(8, 9, 9), ...vector }, nodes: [norm(true)], outputs: ['variance'] }, 1000, 2e-3));

  test('running statistics are blended by the operator that blends them', () => {
    const blending: TinyNode = { ...norm(true), attributes: { training_mode: 1, momentum: { float: 0.9 } } };
    const model = behindConvolution({ inputs: { ...sizes(), ...vector }, nodes: [blending], outputs: ['y'] });
    expect(count(blockedLayout(model, vectors), 'BatchNormalization')).toBe(1);
  });

  test('sums by channel are taken, of values and of products that are never written', async () => {
    const sum = (x: string, y: string): TinyNode => ({
      op: 'ReduceSum',
      inputs: [x, 'axes'],
      outputs: [y],
      attributes: { keepdims: 0 },
    });
    const made = await sameAnswers({
      inputs: sizes(),
      constants: [integers('axes', [0, 2, 3])],
      nodes: [
        { op: 'Sigmoid', inputs: ['c'], outputs: ['g'] },
        { op: 'Mul', inputs: ['c', 'g'], outputs: ['cg'] },
        sum('c', 'sum'),
        sum('cg', 'product'),
      ],
      outputs: ['sum', 'product'],
    });
    expect(operators(made)).not.toContain('blocked ReorderOutput');
    // But for that of the mean into a sum.
    expect(count(made, 'Mul')).toBe(1);
  });

  test('a number per channel multiplies', async () => {
    const made = await sameAnswers({
      inputs: { ...sizes(), f: [channels, 1, 1] },
      nodes: [{ op: 'Mul', inputs: ['c', 'f'], outputs: ['y'] }],
      outputs: ['y'],
    });
    expect(count(made, 'Mul')).toBe(0);
  });

  const padded = (reader: TinyNode, pads = [0, 0, 1, 0, 0, 0, 2, 3], more: string[] = []): Graph => ({
    inputs: { ...sizes(), k: [vectors, channels, 2, 2] },
    constants: [integers('pads', pads)],
    nodes: [{ op: 'Pad', inputs: ['c', 'pads', ...more], outputs: ['p'] }, reader],
    outputs: ['y'],
  });
  const read: TinyNode = { op: 'Conv', inputs: ['p', 'k'], outputs: ['y'] };

  test('zeros are put around what a convolution reads', async () => {
    expect(count(await sameAnswers(padded(read)), 'Pad')).toBe(0);
  });
  test('what is cut off, or read by others, is padded as before', async () => {
    expect(count(await sameAnswers(padded(read, [0, 0, 1, 0, 0, 0, -1, 0])), 'Pad')).toBe(1);
    expect(count(await sameAnswers(padded({ op: 'Tanh', inputs: ['p'], outputs: ['y'] })), 'Pad')).toBe(1);
  });

  test('a convolution takes in the sum and the activation behind it', async () => {
    const inputs = { ...sizes(), k: [channels, 4, 1, 1] };
    const nodes: TinyNode[] = [
      { op: 'Conv', inputs: ['x', 'k'], outputs: ['d'] },
      { op: 'Add', inputs: ['c', 'd'], outputs: ['a'] },
      { op: 'Relu', inputs: ['a'], outputs: ['y'] },
    ];
    const one = await sameAnswers({ inputs, nodes, outputs: ['y'] });
    expect([count(one, 'Add'), count(one, 'Relu'), count(one, 'blocked Conv')]).toEqual([0, 0, 2]);
    // What is read elsewhere is still there.
    const two = await sameAnswers({ inputs, nodes, outputs: ['y', 'a', 'c'] });
    expect([count(two, 'Add'), count(two, 'Relu')]).toEqual([0, 1]);
    const none = await sameAnswers({ inputs, nodes, outputs: ['y', 'a', 'c', 'd'] });
    expect([count(none, 'Add'), count(none, 'Relu')]).toEqual([1, 1]);
  });
  test('and no sum with a single number', async () => {
    const made = await sameAnswers({
      inputs: { ...sizes(), one: [] },
      nodes: [{ op: 'Add', inputs: ['c', 'one'], outputs: ['y'] }],
      outputs: ['y'],
    });
    expect(count(made, 'Add')).toBe(1);
  });

  test('what only the body of a node reads is there in the plain layout', () => {
    const [branch] = branching().graph.nodes.slice(2);
    const { graph, ...rest } = behindConvolution({
      inputs: sizes(),
      nodes: [{ op: 'Relu', inputs: ['c'], outputs: ['body'] }],
      outputs: [],
    });
    const [conv, relu] = graph.nodes;
    const [image, value] = ['image', 'x'];
    const nodes = [{ ...conv!, inputs: [image, 'w'] }, { ...relu!, outputs: [value] }, branch!];
    const inputs = graph.inputs.map(each => (each.name === 'x' ? { ...each, name: image } : each));
    const outputs = [{ name: 'y', elementType: 'float32' as const, shape: null }];
    const made = blockedLayout({ ...rest, graph: { ...graph, nodes, inputs, outputs } }, vectors);
    const reordered = made.graph.nodes.find(node => node.outputs[0] === value);
    expect(reordered?.opType).toBe('ReorderOutput');
  });
});
