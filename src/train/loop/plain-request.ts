/** What a training is planned by that is not to run. */
import { availableParallelism } from 'node:os';
import type { TrainRequest } from './request.ts';

/** Nothing is trained by it: only its validation images and how they are read are used. */
export const plainRequest: Omit<TrainRequest, 'model' | 'data' | 'normalize' | 'seed'> = {
  fresh: false,
  teacher: null,
  augment: 'default',
  plainEpochs: 0,
  out: '',
  keep: 'last',
  holdOut: 0,
  epochs: 1,
  batch: 2,
  accumulation: 1,
  learningRate: 0.01,
  schedule: 'cosine',
  warmUpEpochs: 0,
  rewindEpochs: null,
  freeze: 'none',
  optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
  weightDecay: 0,
  frobeniusDecay: 0,
  labelSmoothing: 0,
  distillationWeight: 0,
  temperature: 1,
  clipNorm: null,
  emaDecay: null,
  precision: 'float32',
  scoreEvery: 1,
  engine: { kind: 'onnxruntime', provider: 'cpu', threads: availableParallelism(), graphOptimization: 'all' },
  loaderThreads: 1,
  checkpoint: '',
  checkpointMs: 600_000,
  restart: false,
};
