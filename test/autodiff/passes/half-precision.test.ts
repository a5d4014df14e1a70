import { Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { elementTypes } from '../../../src/autodiff/gradient/element-types.ts';
import { halfPrecision } from '../../../src/autodiff/passes/half-precision.ts';
import { prepareNetwork, withBatchSize } from '../../../src/train/network/prepare.ts';
import { openOnnxruntimeTrainer } from '../../../src/train/onnxruntime/open.ts';
import { defaultTraining } from '../../../src/train/options.ts';
import { buildBatchGraph } from '../../../src/train/step/batch-graph.ts';
import { run } from '../../onnx/runtime.ts';
import { brightBatch, expectSame, trainerContract } from '../../train/contract.ts';
import { factorisedNetwork } from '../../train/factorised-network.ts';
import { tinyClasses, tinyDims, tinyNetwork } from '../../train/tiny-network.ts';

const session = { provider: 'cpu', threads: 1, graphOptimization: 'all' } as const;
const half = { ...defaultTraining, model: tinyNetwork(), batchSize: 8, precision: 'float16' } as const;

describe('the pass', () => {
  test('puts products into float16, sums and powers into float32, and leaves the rest where its data are', () => {
    const network = prepareNetwork(factorisedNetwork());
    const { graph } = halfPrecision(network.model, new Set([network.scores]));
    const types = elementTypes(graph);
    const seen = new Map<string, Set<string>>();
    for (const { opType, inputs } of graph.nodes) {
      const kinds = seen.get(opType) ?? new Set();
      seen.set(opType, kinds);
      for (const name of inputs) kinds.add(types.get(name) ?? '');
    }
    const kinds = Object.fromEntries([...seen].map(([opType, of]) => [opType, [...of].sort().join(' ')]));
    expect(kinds).toEqual({
      Cast: 'float16 float32',
      Conv: 'float16',
      BatchNormalization: 'float32',
      Relu: 'float32', // each behind a norm
      GlobalAveragePool: 'float32',
      Flatten: 'float32',
      Gemm: 'float16',
    });
    expect(types.get(network.scores)).toBe('float32');
    const bare = prepareNetwork(tinyNetwork({ norm: false }));
    const half = halfPrecision(bare.model, new Set([bare.scores])).graph;
    const relu = half.nodes.filter(({ opType }) => opType === 'Relu');
    expect(relu.map(({ inputs }) => elementTypes(half).get(inputs[0]!))).toEqual(['float16', 'float16']);
  });

  test('leaves its gradients no number that float16 does not hold', () => {
    // With one, y = 0 times infinity is NaN wherever a provider computes in float16; the CPU's widens it.
    const network = prepareNetwork(tinyNetwork({ norm: false }));
    const set = { trainable: new Set(network.weights.map(({ name }) => name)), settled: new Set<string>() };
    const { labelSmoothing, temperature } = defaultTraining;
    const sizes = { batchSize: 2, stepSize: 2, labelSmoothing, temperature };
    const { model } = buildBatchGraph({ network, teacher: null, set, ...sizes, precision: 'float16' });
    const types = elementTypes(model.graph);
    const computed = model.graph.nodes.filter(({ outputs }) => types.get(outputs[0]!) === 'float16');
    expect(computed.some(({ name }) => /^gradient.r1/.test(name))).toBe(true);
    for (const { attributes } of computed)
      for (const attribute of attributes.values())
        if (attribute.kind === 'float') expect(Math.abs(attribute.value)).toBeLessThanOrEqual(65_504);
    for (const { elementType, bytes } of model.graph.initializers.values())
      if (elementType === 'float16')
        for (const bits of new Uint16Array(bytes.slice().buffer)) expect(bits & 0x7c00).not.toBe(0x7c00);
  });

  test('changes the scores of a network by rounding at most (the CPU provider widens float16 again)', async () => {
    const network = prepareNetwork(factorisedNetwork());
    const model = withBatchSize(network, 4);
    const { images } = brightBatch(1, 4, network.imageDims, network.classes);
    const feeds = { [network.input]: new Tensor('float32', images, [4, ...network.imageDims]) };
    const [full, mixed] = [await run(model, feeds), await run(halfPrecision(model, new Set([network.scores])), feeds)];
    const [a, b] = [full.scores!.data as Float32Array, mixed.scores!.data as Float32Array];
    const scale = Math.max(...a.map(Math.abs));
    const errors = a.map((value, i) => Math.abs(value - b[i]!) / scale);
    expect(Math.max(...errors)).toBeLessThan(5e-3);
  });
});

trainerContract('onnxruntime in half precision', {
  open: () => openOnnxruntimeTrainer({ ...half, model: tinyNetwork({ bias: false }) }, session),
  imageDims: tinyDims,
  classes: tinyClasses,
});

describe('training in half precision', () => {
  test('follows training in single precision', async () => {
    const [a, b] = [
      await openOnnxruntimeTrainer(half, session),
      await openOnnxruntimeTrainer({ ...half, precision: 'float32' }, session),
    ];
    for (let i = 0; i < 20; i++) {
      const batch = brightBatch(i, 8, tinyDims, tinyClasses);
      const [mixed, full] = [await a.step(batch, { learningRate: 0.05 }), await b.step(batch, { learningRate: 0.05 })];
      expect(mixed.skipped).toBe(false);
      expect(Math.abs(mixed.loss / full.loss - 1)).toBeLessThan(0.02);
      expect(Math.abs(mixed.gradientNorm / full.gradientNorm - 1)).toBeLessThan(0.05);
    }
    await Promise.all([a.close(), b.close()]);
  });

  test('halves the scale of a loss that overflows, leaving the step out, until it fits', async () => {
    const trainer = await openOnnxruntimeTrainer(half, session);
    const fresh = await trainer.state();
    await trainer.load({ ...fresh, counters: { ...fresh.counters, lossScale: 2 ** 24 } });
    const before = await trainer.state();
    const batch = brightBatch(1, 8, tinyDims, tinyClasses);
    let halvings = 0;
    for (let report = await trainer.step(batch, { learningRate: 0.05 }); report.skipped; halvings++) {
      expect(report.notFinite).toBeNull();
      const { tensors, counters } = await trainer.state();
      expectSame({ tensors, counters: before.counters }, before);
      expect(counters).toEqual({ steps: 0, lossScale: 2 ** (23 - halvings), stepsSinceScaling: 0 });
      report = await trainer.step(batch, { learningRate: 0.05 });
      if (!report.skipped) break;
    }
    expect(halvings).toBeGreaterThan(2);
    expect((await trainer.state()).counters.steps).toBe(1);
    await trainer.close();
  });
});
