import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { blockedLayout } from '../../../src/autodiff/blocked/blocked-layout.ts';
import { gradients } from '../../../src/autodiff/gradient/gradients.ts';
import { batchStatistics } from '../../../src/autodiff/passes/batch-statistics.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { blockSize } from '../../../src/train/onnxruntime/block-size.ts';
import { buildModel, type TinyNode } from '../../onnx/build.ts';
import { run } from '../../onnx/runtime.ts';
import { uniform } from '../gradient/values.ts';

const block = await blockSize();
const vectors = block ?? 8;

/** A model with the gradients of all its inputs as outputs, and something to feed it. */
function differentiated(inputs: Record<string, readonly number[]>, nodes: TinyNode[], y: readonly number[]) {
  const all = { ...inputs, seed: y };
  const forward = batchStatistics(
    buildModel({
      opset: 20,
      inputs: Object.entries(all).map(([name, shape]) => ({ name, shape })),
      outputs: ['y'],
      nodes,
    }),
  ).model;
  const wrt = Object.keys(inputs).filter(name => !name.startsWith('running'));
  const { model, gradients: found } = gradients(forward, { of: 'y', seed: 'seed', wrt });
  const outputs = ['y', ...found.values()].map(name => ({ name, elementType: 'float32' as const, shape: null }));
  const feeds = Object.fromEntries(
    Object.entries(all).map(([name, dims], i) => {
      const range = name.startsWith('running') ? ([0.5, 1] as const) : ([-1, 1] as const);
      return [name, new Tensor('float32', Float32Array.from(uniform(dims, i + 1, range)), dims)];
    }),
  );
  return { model: { ...model, graph: { ...model.graph, outputs } } as Model, feeds };
}

async function expectSameAnswers({ model, feeds }: ReturnType<typeof differentiated>): Promise<Model> {
  const blocked = blockedLayout(model, vectors);
  const [plain, again] = [await run(model, feeds), await run(blocked, feeds)];
  for (const { name } of model.graph.outputs) {
    const [a, b] = [plain[name]?.data as Float32Array, again[name]?.data as Float32Array];
    expect(again[name]?.dims).toEqual(plain[name]?.dims);
    const scale = 1 + a.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    expect(
      a.reduce((most, each, i) => Math.max(most, Math.abs(each - (b[i] as number))), 0) / scale,
      name,
    ).toBeLessThan(1e-5);
  }
  return blocked;
}

const count = (model: Model, opType: string): number => model.graph.nodes.filter(node => node.opType === opType).length;

describe.skipIf(block === null)('the blocked layout', () => {
  test('gives every value and gradient of a convolution as before', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(1, 2, 16),
        fc.constantFrom(3, 4, 16, 32),
        fc.constantFrom(5, 16, 32),
        fc.tuple(fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 7 })),
        fc.constantFrom([1, 1], [3, 3], [3, 1], [1, 3]),
        fc.constantFrom(1, 2),
        fc.constantFrom(1, 2),
        fc.constantFrom([0, 0, 0, 0], [1, 1, 1, 1], [1, 0, 0, 2]),
        fc.boolean(),
        async (batch, channels, out, [height, width], k, stride, dilation, pads, biased) => {
          const length = (size: number, i: number): number =>
            Math.floor(
              (size + (pads[i] as number) + (pads[i + 2] as number) - dilation * ((k[i] as number) - 1) - 1) / stride,
            ) + 1;
          const y = [batch, out, length(height, 0), length(width, 1)];
          fc.pre(y.every(size => size > 0));
          const attributes = { strides: [stride, stride], dilations: [dilation, dilation], pads };
          await expectSameAnswers(
            differentiated(
              { x: [batch, channels, height, width], w: [out, channels, ...k], ...(biased ? { b: [out] } : {}) },
              [{ op: 'Conv', inputs: ['x', 'w', ...(biased ? ['b'] : [])], outputs: ['y'], attributes }],
              y,
            ),
          );
        },
      ),
      { seed: 5, numRuns: 40 },
    );
  });

  const residual = (): ReturnType<typeof differentiated> => {
    const conv = (from: string, w: string, to: string): TinyNode => ({
      op: 'Conv',
      inputs: [from, w],
      outputs: [to],
      attributes: { pads: [1, 1, 1, 1] },
    });
    const norm = (from: string, i: number, to: string): TinyNode => ({
      op: 'BatchNormalization',
      inputs: [from, `scale${i}`, `shift${i}`, `running mean${i}`, `running variance${i}`],
      outputs: [to],
      attributes: { epsilon: 0.01 },
    });
    const vector = [2 * vectors];
    return differentiated(
      {
        x: [16, 3, 6, 6],
        w1: [2 * vectors, 3, 3, 3],
        w2: [2 * vectors, 2 * vectors, 3, 3],
        ...Object.fromEntries(
          [1, 2].flatMap(i =>
            ['scale', 'shift', 'running mean', 'running variance'].map(name => [`${name}${i}`, vector]),
          ),
        ),
      },
      [
        conv('x', 'w1', 'c1'),
        norm('c1', 1, 'n1'),
        { op: 'Relu', inputs: ['n1'], outputs: ['r1'] },
        conv('r1', 'w2', 'c2'),
        norm('c2', 2, 'n2'),
        { op: 'Add', inputs: ['n2', 'r1'], outputs: ['s'] },
        { op: 'Relu', inputs: ['s'], outputs: ['y'] },
      ],
      [16, 2 * vectors, 6, 6],
    );
  };

  test('gives every value and gradient of a residual block as before', async () => {
    await expectSameAnswers(residual());
  });

  test('takes every convolution of it, and reorders nothing between neighbours', async () => {
    const found = residual();
    const blocked = await expectSameAnswers(found);
    // But for the gradient of the image, which has three channels.
    const left = blocked.graph.nodes.filter(node => node.opType === 'Conv' && node.domain === '');
    expect(left.map(({ name }) => name)).toEqual(['gradient/c1/Conv']);
    const chain = differentiated(
      { x: [1, 16, 4, 4], w: [16, 16, 1, 1] },
      [
        { op: 'Conv', inputs: ['x', 'w'], outputs: ['c'] },
        { op: 'Relu', inputs: ['c'], outputs: ['r'] },
        { op: 'Add', inputs: ['r', 'x'], outputs: ['a'] },
        { op: 'Conv', inputs: ['a', 'w'], outputs: ['y'] },
      ],
      [1, 16, 4, 4],
    );
    const forward = { ...chain.model, graph: { ...chain.model.graph, outputs: chain.model.graph.outputs.slice(0, 1) } };
    const made = blockedLayout(forward, vectors);
    expect([count(made, 'ReorderInput'), count(made, 'ReorderOutput')]).toEqual([1, 1]);
  });

  test('leaves alone what has no whole blocks, groups, or unknown sizes', () => {
    const leaves = (x: (number | string)[], w: number[], group = 1): void => {
      const model = buildModel({
        inputs: [
          { name: 'x', shape: x },
          { name: 'w', shape: w },
        ],
        outputs: ['y'],
        nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { group } }],
      });
      expect(blockedLayout(model, vectors).graph.nodes).toEqual(model.graph.nodes);
    };
    leaves([1, 16, 4, 4], [vectors + 1, 16, 1, 1]);
    leaves([1, vectors + 1, 4, 4], [16, vectors + 1, 1, 1]);
    leaves([1, 32, 4, 4], [32, 16, 1, 1], 2);
    leaves(['N', 16, 4, 4], [16, 16, 1, 1]);
    leaves([1, 16, 4], [16, 16, 1]);
  });
});
