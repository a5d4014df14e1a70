/** A training that is small in every way. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { residualNetwork } from '../../../scripts/residual-network.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import type { TrainRequest } from '../../../src/train/loop/request.ts';

/** Writes a network for drawn images and a dataset of them into `folder`. */
export function smallTraining(folder: string): TrainRequest {
  const model = join(folder, 'net.onnx');
  const blocks = [{ kind: 'conv', channels: 4 }, { kind: 'pool' }, { kind: 'residual', convolutions: 1 }] as const;
  writeFileSync(model, writeModel(residualNetwork({ name: 'small', side: 8, classes: 10, blocks, seed: 1 })));
  const data = join(folder, 'shapes.yaml');
  writeFileSync(data, 'kind: shapes\nimages: 20\ntrainImages: 40\nresize: 8\n');
  return {
    model,
    fresh: false,
    teacher: null,
    data,
    normalize: undefined,
    augment: 'default',
    plainEpochs: 0,
    out: join(folder, 'out.onnx'),
    keep: 'best',
    holdOut: 0,
    epochs: 3,
    batch: 8,
    accumulation: 1,
    learningRate: 0.05,
    schedule: 'cosine',
    warmUpEpochs: 0,
    rewindEpochs: null,
    freeze: 'none',
    optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
    weightDecay: 5e-4,
    frobeniusDecay: 0,
    labelSmoothing: 0.1,
    distillationWeight: 0.5,
    temperature: 4,
    clipNorm: null,
    emaDecay: 0.9,
    precision: 'float32',
    scoreEvery: 1,
    seed: 3,
    engine: { kind: 'onnxruntime', provider: 'cpu', threads: 1, graphOptimization: 'all' },
    loaderThreads: 1,
    checkpoint: join(folder, 'out.onnx.checkpoint'),
    checkpointMs: 600_000,
    restart: false,
  };
}
