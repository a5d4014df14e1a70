import { defaultTraining, type TrainingOptions } from '../../../src/train/options.ts';
import { openTfjsTrainer } from '../../../src/train/tfjs/open.ts';
import { trainerContract } from '../contract.ts';
import { tinyClasses, tinyDims, tinyNetwork } from '../tiny-network.ts';

const subject = (options: Partial<TrainingOptions>) => ({
  open: () =>
    openTfjsTrainer(
      { ...defaultTraining, model: tinyNetwork({ bias: false }), batchSize: 8, ...options },
      '@tensorflow/tfjs',
    ),
  imageDims: tinyDims,
  classes: tinyClasses,
});

trainerContract('tfjs', subject({ weightDecay: 1e-4, emaDecay: 0.9 }));
