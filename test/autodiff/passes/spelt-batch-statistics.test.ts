import { Tensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { batchStatistics } from '../../../src/autodiff/passes/batch-statistics.ts';
import { speltBatchStatistics } from '../../../src/autodiff/passes/spelt-batch-statistics.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { prepareNetwork, withBatchSize } from '../../../src/train/network/prepare.ts';
import { run } from '../../onnx/runtime.ts';
import { brightBatch } from '../../train/contract.ts';
import { tinyNetwork } from '../../train/tiny-network.ts';

test('gives the scores and the running statistics of the form with training_mode', async () => {
  const network = prepareNetwork(tinyNetwork());
  const trained = batchStatistics(withBatchSize(network, 8));
  const outputs = [network.scores, ...trained.updates.values()];
  const told: Model = {
    ...trained.model,
    graph: {
      ...trained.model.graph,
      outputs: outputs.map(name => ({ name, elementType: 'float32' as const, shape: null })),
    },
  };
  const spelt = speltBatchStatistics(told);
  expect(spelt.graph.nodes.some(({ attributes }) => attributes.has('training_mode'))).toBe(false);
  expect(told.graph.nodes.some(({ attributes }) => attributes.has('training_mode'))).toBe(true);
  const { images } = brightBatch(1, 8, network.imageDims, network.classes);
  const feeds = { [network.input]: new Tensor('float32', images, [8, ...network.imageDims]) };
  const [expected, found] = [await run(told, feeds), await run(spelt, feeds)];
  for (const name of outputs) {
    const [a, b] = [expected[name]!.data as Float32Array, found[name]!.data as Float32Array];
    expect(b.length).toBe(a.length);
    for (const [i, value] of a.entries()) expect(Math.abs(b[i]! - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
  }
});
