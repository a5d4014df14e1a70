import { expect, test } from 'vitest';
import { openOnnxruntimeTrainer } from '../../../src/train/onnxruntime/open.ts';
import { defaultTraining } from '../../../src/train/options.ts';
import { brightBatch } from '../contract.ts';
import { tinyClasses, tinyDims, tinyNetwork } from '../tiny-network.ts';

test('the first step of a weight that was frozen is one learning rate long, however late it comes', async () => {
  const optimiser = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-12 } as const;
  const options = { ...defaultTraining, model: tinyNetwork({ norm: false }), batchSize: 6, weightDecay: 0, optimiser };
  const trainer = await openOnnxruntimeTrainer(options, { provider: 'cpu', threads: 1, graphOptimization: 'all' });
  try {
    const learningRate = 1e-4;
    const step = (seed: number) => trainer.step(brightBatch(seed, 6, tinyDims, tinyClasses), { learningRate });
    const late = 'fc.weight';
    await trainer.setTrainable({
      trainable: new Set(trainer.weights.filter(name => name !== late)),
      settled: new Set(),
    });
    for (let seed = 0; seed < 50; seed++) await step(seed);
    await trainer.setTrainable({ trainable: new Set(trainer.weights), settled: new Set() });
    const read = async () => (await trainer.state()).tensors.get(`weight/${late}`)!.data;
    const before = await read();
    await step(50);
    const after = await read();
    // m' / (1 - b1) = u and v' / (1 - b2) = u^2: the update is the sign of the gradient.
    for (const [i, weight] of before.entries()) expect(Math.abs(after[i]! - weight) / learningRate).toBeCloseTo(1, 2);
  } finally {
    await trainer.close();
  }
});
