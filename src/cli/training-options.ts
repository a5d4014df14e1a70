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
import type { EngineChoice } from '../train/runner/engine-choice.ts';
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
    choices: ['float32', 'float16', 'bfloat16', 'fp32', 'fp16', 'bf16'] as const,
    default: 'float32' as const,
    describe: 'Number format in which a step is computed; bfloat16 with --engine torch only',
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
    choices: ['onnxruntime', 'torch', 'tfjs'] as const,
    default: 'onnxruntime' as const,
    describe: 'What computes the steps; torch is PyTorch, tfjs is TensorFlow.js, if you installed them (see doctor)',
  },
  provider: {
    choices: providerNames,
    default: 'cpu' as const,
    describe: 'The execution provider of ONNX Runtime; with --engine torch, cuda demands a GPU',
  },
  python: { type: 'string', describe: 'With --engine torch: the Python that has PyTorch [default: the first found]' },
  devices: {
    type: 'number',
    describe: 'With --engine torch: processes on this machine, each with a GPU where there are GPUs [default: 1]',
  },
  torchrun: {
    type: 'string',
    describe: 'With --engine torch: arguments for torch.distributed.run, in the place of --devices',
  },
  'torch-compile': {
    type: 'boolean',
    default: false,
    describe: 'With --engine torch: compile the network (torch.compile), where this PyTorch can',
  },
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
    precision: precisionOf(args),
    scoreEvery: count('--score-every', args['score-every'], 1),
    seed: count('--seed', args.seed, 0),
    engine: engineOf(args, cores),
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

/** @throws UserError for an option of another engine */
function engineOf(args: Given, cores: number): EngineChoice {
  const threads = count('--threads', args.threads, 1, cores) ?? cores;
  if (args.engine === 'torch') {
    if (args.devices !== undefined && args.torchrun !== undefined)
      throw new UserError(
        'Cannot take --devices beside --torchrun: both say how many processes there are.',
        'Give one of them; --torchrun takes "--nproc_per_node N".',
      );
    return {
      kind: 'torch',
      python: args.python ?? null,
      devices: count('--devices', args.devices, 1, 2) ?? 1,
      torchrun: args.torchrun?.split(' ').filter(word => word !== '') ?? null,
      device: args.provider === 'cuda' ? 'cuda' : 'auto',
      threads,
      compile: args['torch-compile'],
    };
  }
  for (const name of ['python', 'devices', 'torchrun'] as const)
    if (args[name] !== undefined)
      throw new UserError(`--${name}: the engine is ${args.engine}.`, `Give --engine torch, or leave out --${name}.`);
  if (args.engine === 'tfjs') return { kind: 'tfjs', package: null };
  return { kind: 'onnxruntime', provider: args.provider, threads, graphOptimization: 'all' };
}

/** @throws UserError for what the engine does not compute in */
function precisionOf({ precision, engine }: Given): TrainRequest['precision'] {
  const short = { fp32: 'float32', fp16: 'float16', bf16: 'bfloat16' } as const;
  const name = precision in short ? short[precision as keyof typeof short] : (precision as TrainRequest['precision']);
  if (name === 'bfloat16' && engine !== 'torch')
    throw new UserError(
      `Cannot train in bfloat16 with --engine ${engine}: its operators compute in float32 or float16.`,
      'Give --engine torch, or another --precision.',
    );
  return name;
}

/** The CPU is always there. @throws UserError for a provider that does not work here */
export async function demandProvider({ engine, provider }: Pick<Given, 'engine' | 'provider'>): Promise<void> {
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
