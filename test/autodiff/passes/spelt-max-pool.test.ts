import fc from 'fast-check';
import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { residualNetwork } from '../../../scripts/residual-network.ts';
import { gradients } from '../../../src/autodiff/gradient/gradients.ts';
import { speltBatchStatistics } from '../../../src/autodiff/passes/spelt-batch-statistics.ts';
import { speltMaxPool } from '../../../src/autodiff/passes/spelt-max-pool.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { seededRng } from '../../../src/random/rng.ts';
import type { Engine } from '../../../src/train/engine.ts';
import { openGraphTrainer } from '../../../src/train/graph-trainer.ts';
import { onnxruntimeEngine } from '../../../src/train/onnxruntime/engine.ts';
import { defaultTraining } from '../../../src/train/options.ts';
import { buildModel, type TinyAttribute, type TinyNode } from '../../onnx/build.ts';
import { floats, run } from '../../onnx/runtime.ts';
import { brightBatch } from '../../train/contract.ts';

const pool = (from: string, to: string, attributes: Record<string, TinyAttribute>): TinyNode => ({
  op: 'MaxPool',
  inputs: [from],
  outputs: [to],
  attributes,
});

/** The model with the gradient of sum(dy y) in x as its output, and its name. */
function reverse(dims: readonly number[], nodes: readonly TinyNode[]): { model: Model; dx: string } {
  const value = (name: string) => ({ name, elementType: 'float32' as const, shape: null });
  const given = buildModel({ inputs: [{ name: 'x', shape: dims }, { name: 'dy' }], outputs: ['y'], nodes, opset: 18 });
  const found = gradients(given, { of: 'y', seed: 'dy', wrt: ['x'] });
  const dx = found.gradients.get('x')!;
  return { model: { ...found.model, graph: { ...found.model.graph, outputs: [value('y'), value(dx)] } }, dx };
}

const places = ({ graph }: Model): number =>
  graph.nodes.filter(({ opType, outputs }) => opType === 'MaxPool' && outputs.length > 1).length;

/** The gradients by places and by comparisons. `levels` different numbers in x: the fewer, the more ties. */
async function both(dims: readonly number[], nodes: readonly TinyNode[], levels: number, seed: number) {
  const { model, dx } = reverse(dims, nodes);
  const spelt = speltMaxPool(model);
  expect(places(model)).toBeGreaterThan(0);
  expect(places(spelt)).toBe(0);
  expect(spelt.graph.nodes.some(({ opType }) => opType === 'ScatterElements')).toBe(false);
  const rng = seededRng(seed);
  const count = dims.reduce((product, size) => product * size, 1);
  const x = new Tensor(
    'float32',
    Float32Array.from({ length: count }, () => rng.integer(levels) - levels / 2),
    dims,
  );
  const forward = { ...model.graph, nodes: model.graph.nodes.slice(0, nodes.length) };
  const { y } = await run({ ...model, graph: { ...forward, outputs: forward.outputs.slice(0, 1) } }, { x, dy: x });
  const dy = new Tensor(
    'float32',
    Float32Array.from({ length: y!.data.length }, () => 2 * rng.uniform() - 1),
    y!.dims,
  );
  return {
    indexed: floats((await run(model, { x, dy }))[dx]),
    compared: floats((await run(spelt, { x, dy }))[dx]),
  };
}

const windows = fc.record({
  sizes: fc.tuple(fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 7 })),
  kernel_shape: fc.tuple(fc.constantFrom(2, 3), fc.constantFrom(1, 2, 3)),
  strides: fc.tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2)),
  dilations: fc.tuple(fc.constantFrom(1, 1, 2), fc.constant(1)),
  pads: fc.tuple(fc.constantFrom(0, 1), fc.constant(0), fc.constantFrom(0, 1), fc.constant(0)),
});

describe('the gradient of MaxPool by comparisons', () => {
  test.each([2, 5, 1e6])('is the one by places, of %d different numbers', async levels => {
    await fc.assert(
      fc.asyncProperty(windows, fc.integer(), async ({ sizes, ...attributes }, seed) => {
        const { indexed, compared } = await both([2, 3, ...sizes], [pool('x', 'y', attributes)], levels, seed);
        expect(compared.length).toBe(indexed.length);
        for (const [i, value] of indexed.entries()) expect(Math.abs(compared[i]! - value)).toBeLessThan(2e-6);
      }),
      { seed: 1, numRuns: 12 },
    );
  });

  test('is the same to the bit where windows lie side by side', async () => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    const { indexed, compared } = await both([2, 3, 6, 8], [pool('x', 'y', attributes)], 3, 1);
    expect(compared).toEqual(indexed);
  });

  test('holds through several, with padding by rule, windows rounded up, and along one axis or three', async () => {
    const same = { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' };
    const twice = [pool('x', 'a', same), pool('a', 'y', { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 })];
    const line = [pool('x', 'y', { kernel_shape: [3], strides: [2], pads: [1, 1] })];
    const cube = [pool('x', 'y', { kernel_shape: [2, 3, 2], strides: [1, 2, 2] })];
    for (const [dims, nodes] of [
      [[2, 2, 9, 8], twice],
      [[2, 3, 9], line],
      [[1, 2, 4, 5, 6], cube],
    ] as const) {
      const { indexed, compared } = await both(dims, nodes, 3, 7);
      for (const [i, value] of indexed.entries()) expect(Math.abs(compared[i]! - value)).toBeLessThan(2e-6);
    }
  });
});

test('a MaxPool whose places the network itself reads stays as it is', () => {
  const model = buildModel({
    inputs: [{ name: 'x', shape: [1, 1, 4, 4] }],
    outputs: ['y', { name: 'places', elementType: 'int64' }],
    nodes: [{ op: 'MaxPool', inputs: ['x'], outputs: ['y', 'places'], attributes: { kernel_shape: [2, 2] } }],
  });
  expect(places(speltMaxPool(model))).toBe(1);
});

test.each([
  ['float32', 1e-5],
  ['float16', 2e-3],
] as const)('steps in %s, two batches per call, lose what they lose with places', async (precision, tolerance) => {
  const blocks = [{ kind: 'conv', channels: 4 }, { kind: 'pool' }, { kind: 'conv', channels: 4 }] as const;
  const model = residualNetwork({ name: 'small', side: 8, classes: 3, blocks, seed: 1 });
  const losses = async (prepare: (model: Model) => Model): Promise<number[]> => {
    const engine = onnxruntimeEngine({ provider: 'cpu', threads: 1, graphOptimization: 'all' });
    const compile: Engine['compile'] = step => engine.compile(prepare(step));
    const options = { ...defaultTraining, model, batchSize: 4, accumulation: 2, batchesPerCall: 2, precision };
    const trainer = await openGraphTrainer(options, { ...engine, compile });
    const found: number[] = [];
    for (let i = 0; i < 3; i++) {
      found.push((await trainer.step(brightBatch(i, 8, [3, 8, 8], 3), { learningRate: 0.1 })).loss);
    }
    await trainer.close();
    return found;
  };
  let [before, after] = [0, 0];
  const compared = await losses(step => {
    const spelt = speltMaxPool(speltBatchStatistics(step));
    [before, after] = [before + places(step), after + places(spelt)];
    return spelt;
  });
  const indexed = await losses(step => step);
  expect([before, after]).toEqual([2, 0]);
  for (const [i, loss] of indexed.entries()) expect(Math.abs(compared[i]! / loss - 1)).toBeLessThan(tolerance);
  expect(new Set(indexed).size).toBe(3);
});
