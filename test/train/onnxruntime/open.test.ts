import { openOnnxruntimeTrainer } from '../../../src/train/onnxruntime/open.ts';
import { defaultTraining, type TrainingOptions } from '../../../src/train/options.ts';
import { trainerContract } from '../contract.ts';
import { tinyClasses, tinyDims, tinyNetwork } from '../tiny-network.ts';

const session = { provider: 'cpu', threads: 1, graphOptimization: 'all' } as const;
const subject = (options: Partial<TrainingOptions>) => ({
  open: () => openOnnxruntimeTrainer({ ...defaultTraining, model: tinyNetwork(), batchSize: 8, ...options }, session),
  imageDims: tinyDims,
  classes: tinyClasses,
});

trainerContract('onnxruntime with SGD', subject({ weightDecay: 1e-4 }));
trainerContract(
  'onnxruntime with AdamW, accumulation, a moving average and clipping',
  subject({
    optimiser: { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    batchSize: 4,
    accumulation: 4,
    batchesPerCall: 2,
    emaDecay: 0.9,
    clipNorm: 1,
  }),
);
