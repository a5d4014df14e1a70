/** What a training is asked to be. */
import type { AugmentationName } from '../../data/augment/augmentation.ts';
import type { Normalization } from '../../data/normalize.ts';
import type { OptimiserOptions, TrainingOptions } from '../options.ts';
import type { EngineChoice } from '../runner/engine-choice.ts';

export interface TrainRequest {
  /** Path of the network, an ONNX file. */
  readonly model: string;
  /** Whether its weights are drawn anew. */
  readonly fresh: boolean;
  /** Path of the network whose scores are matched; null for none. */
  readonly teacher: string | null;
  /** As on the command line: `cifar10:DIR`, `folder:DIR`, `imagenet:DIR`, `shapes:SEED` or a dataset YAML. */
  readonly data: string;
  readonly normalize: Normalization | undefined;
  readonly augment: AugmentationName;
  /** The last of them are without the colour, mixup and cutmix of `strong`. */
  readonly plainEpochs: number;
  /** Where the trained network goes. */
  readonly out: string;
  /** `best` is the epoch with the largest validation accuracy. */
  readonly keep: 'best' | 'last';
  /** The share of the training images that is held out to choose the epoch by, where the others are test images; 0 for none. */
  readonly holdOut: number;
  readonly epochs: number;
  /** Images per step. */
  readonly batch: number;
  /** Parts that a step is taken in, a divisor of `batch`. */
  readonly accumulation: number;
  readonly learningRate: number;
  readonly schedule: string;
  readonly warmUpEpochs: number;
  readonly rewindEpochs: number | null;
  readonly freeze: string;
  readonly optimiser: OptimiserOptions;
  readonly weightDecay: number;
  readonly frobeniusDecay: number;
  readonly labelSmoothing: number;
  readonly distillationWeight: number;
  readonly temperature: number;
  readonly clipNorm: number | null;
  readonly emaDecay: number | null;
  readonly precision: TrainingOptions['precision'];
  readonly scoreEvery: number;
  readonly seed: number;
  readonly engine: EngineChoice;
  /** Threads that make batches. */
  readonly loaderThreads: number;
  readonly checkpoint: string;
  readonly checkpointMs: number;
  /** Start anew where there is a checkpoint or a trained network already. */
  readonly restart: boolean;
}
