/** The options that `train` and `retrain` share, and what they mean. */
import { availableParallelism } from 'node:os';
import type { InferredOptionTypes } from 'yargs';
import { augmentationNames } from '../data/augment/augmentation.ts';
import { usualHoldOut } from '../data/held-out.ts';
import { type Normalization, normalizations } from '../data/normalize.ts';
import { providerNames } from '../device/profile.ts';
import { requireProvider } from '../device/providers.ts';
import { UserError } from '../errors/user-error.ts';
import type { TrainRequest } from '../train/loop/request.ts';
import { type OptimiserOptions, requireTrainingOptions } from '../train/options.ts';
import { parseDuration } from '../units/duration.ts';
import { count } from './count.ts';
import { notNegative } from './positive.ts';

export const trainingOptions = {
  out: { type: 'string', demandOption: true, describe: 'The ONNX file to write the trained network to' },
  keep: {
    choices: ['best', 'last'] as const,
    default: 'best' as const,
    describe: 'Which epoch to write: the best one on the validation images, or the last',
  },
  'hold-out': {
    type: 'number',
    describe: 'Share of training images that choose the epoch where the others are test images [default: 0.05]',
  },
  batch: { type: 'number', default: 128, describe: 'Images per step' },
  accumulate: { type: 'number', default: 1, describe: 'Split each step into this many parts, which uses less memory' },
  schedule: {
    type: 'string',
    default: 'cosine',
    describe: 'Learning rate over time: constant, cosine[:FLOOR] or step[:SHARE,...[:FACTOR]]',
  },
  'warm-up': {
    type: 'number',
    describe: 'Epochs in which the learning rate rises [default: a twentieth of all epochs]',
  },
  freeze: {
    type: 'string',
    default: 'none',
    describe: 'Frozen layers: none, first-factor, sequential, progressive[:START], list:GLOB,...; join by +',
  },
  optimiser: { choices: ['sgd', 'adamw'] as const, default: 'sgd' as const, describe: 'The optimiser' },
  momentum: { type: 'number', default: 0.9, describe: 'Momentum of sgd (Nesterov)' },
  'weight-decay': {
    type: 'number',
    describe: 'Weight decay, not on norms and biases [default: 5e-4 with sgd, 0.05 with adamw]',
  },
  'frobenius-decay': {
    type: 'number',
    default: 0,
    describe: "Decay of the product of a layer's factors; replaces weight decay there",
  },
  'clip-norm': { type: 'number', describe: 'The largest norm of the gradient [default: no limit]' },
  ema: { type: 'number', default: 0.998, describe: 'Decay of the moving average of the weights; 0 turns it off' },
  precision: {
    choices: ['float32', 'float16'] as const,
    default: 'float32' as const,
    describe: 'Number format in which a step is computed',
  },
  augment: {
    choices: augmentationNames,
    default: 'default' as const,
    describe: 'Changes to training images: default is crop and flip; strong adds colour, mixup and cutmix',
  },
  'plain-epochs': {
    type: 'number',
    default: 0,
    describe: 'With strong augmentation: how many last epochs leave out colour, mixup and cutmix',
  },
  normalize: {
    choices: normalizations,
    describe: 'How pixels become inputs [default: from the dataset YAML, or torchvision]',
  },
  'score-every': { type: 'number', default: 1, describe: 'Score the network after every N epochs' },
  seed: { type: 'number', default: 0, describe: 'Seed of all random choices' },
  threads: { type: 'number', describe: 'Threads that compute a step [default: all cores]' },
  'loader-threads': {
    type: 'number',
    describe: 'Threads that prepare batches of images [default: a quarter of the cores]',
  },
  engine: {
    choices: ['onnxruntime', 'tfjs'] as const,
    default: 'onnxruntime' as const,
    describe: 'What computes the steps; tfjs is TensorFlow.js, if you installed it (see rankfront doctor)',
  },
  provider: { choices: providerNames, default: 'cpu' as const, describe: 'The execution provider of ONNX Runtime' },
  checkpoint: { type: 'string', describe: 'The file to continue from after a stop [default: OUT.checkpoint]' },
  'checkpoint-every': {
    type: 'string',
    default: '10m',
    describe: 'Time between checkpoints; every epoch ends with one too',
  },
  restart: { type: 'boolean', default: false, describe: 'Start again from the beginning and replace what is there' },
  json: { type: 'boolean', default: false, describe: 'Print one JSON line per event, for programs' },
} as const;

type Given = InferredOptionTypes<typeof trainingOptions>;

/** What is not the same for both commands comes from `own`. @throws UserError for a number out of its range */
export function trainRequest(
  args: Given,
  own: Pick<
    TrainRequest,
    | 'model'
    | 'fresh'
    | 'teacher'
    | 'data'
    | 'epochs'
    | 'learningRate'
    | 'rewindEpochs'
    | 'labelSmoothing'
    | 'distillationWeight'
    | 'temperature'
  >,
): TrainRequest {
  const cores = availableParallelism();
  const request: TrainRequest = {
    ...own,
    normalize: args.normalize as Normalization | undefined,
    augment: args.augment,
    plainEpochs: count('--plain-epochs', args['plain-epochs'], 0),
    out: args.out,
    keep: args.keep,
    holdOut: holdOutOf(args),
    batch: count('--batch', args.batch, 1),
    accumulation: count('--accumulate', args.accumulate, 1),
    schedule: args.schedule,
    warmUpEpochs: notNegative('--warm-up', args['warm-up'], 1) ?? own.epochs / 20,
    freeze: args.freeze,
    optimiser: optimiserOf(args),
    weightDecay: args['weight-decay'] ?? (args.optimiser === 'sgd' ? 5e-4 : 0.05),
    frobeniusDecay: args['frobenius-decay'],
    clipNorm: args['clip-norm'] ?? null,
    emaDecay: args.ema === 0 ? null : args.ema,
    precision: args.precision,
    scoreEvery: count('--score-every', args['score-every'], 1),
    seed: count('--seed', args.seed, 0),
    engine:
      args.engine === 'tfjs'
        ? { kind: 'tfjs', package: null }
        : {
            kind: 'onnxruntime',
            provider: args.provider,
            threads: count('--threads', args.threads, 1, cores) ?? cores,
            graphOptimization: 'all',
          },
    loaderThreads: count('--loader-threads', args['loader-threads'], 1, 1) ?? Math.max(1, Math.floor(cores / 4)),
    checkpoint: args.checkpoint ?? `${args.out}.checkpoint`,
    checkpointMs: parseDuration(args['checkpoint-every'], '--checkpoint-every'),
    restart: args.restart,
  };
  // Told before a network is read.
  requireTrainingOptions({ ...request, batchSize: request.batch, batchesPerCall: 1 });
  return request;
}

/** With the last epoch nothing is chosen, and every training image is of more use in the training. */
function holdOutOf({ 'hold-out': share, keep }: Given): number {
  const given = share ?? (keep === 'best' ? usualHoldOut : 0);
  if (given >= 0 && given <= 0.5) return given;
  throw new UserError(
    `--hold-out: expected a share from 0 to 0.5, found ${Number.isNaN(given) ? 'no number' : given}.`,
    `Give, for example, --hold-out ${usualHoldOut}.`,
  );
}

/** The CPU is always there. @throws UserError for a provider that does not work here */
export async function demandProvider({ engine, provider }: Given): Promise<void> {
  if (engine === 'onnxruntime' && provider !== 'cpu') await requireProvider(provider, 'train', 'Give --provider');
}

/** The whole number of epochs. */
export function epochsOf(value: number): number {
  return count('--epochs', value, 1);
}

function optimiserOf({ optimiser, momentum }: Given): OptimiserOptions {
  return optimiser === 'sgd'
    ? { kind: 'sgd', momentum, nesterov: momentum > 0 }
    : { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
}
