/** From what is asked for to what is run: files read, data found, everything checked that can be checked before a step. */
import { join } from 'node:path';
import { namedAugmentation } from '../../data/augment/augmentation.ts';
import type { Dataset } from '../../data/dataset.ts';
import { labelsFor } from '../../data/labels-for.ts';
import { normalizationTable } from '../../data/normalize.ts';
import { resolveTransform } from '../../data/resolve-transform.ts';
import { parseDataSpec } from '../../data/spec.ts';
import { openSplits, type Splits } from '../../data/splits.ts';
import { UserError } from '../../errors/user-error.ts';
import { cacheFolder } from '../../host/cache-folder.ts';
import { loadModel } from '../../host/model-file.ts';
import type { Identity } from '../checkpoint/format.ts';
import { parsePolicy } from '../freezing/parse.ts';
import { type FreezingPhase, phasesOf } from '../freezing/phases.ts';
import type { InputReading } from '../loader/make-batch.ts';
import { type Network, prepareNetwork } from '../network/prepare.ts';
import { requireTrainingOptions } from '../options.ts';
import type { CourseAhead, RunnerSetup, ValidationSource } from '../runner/runner.ts';
import { parseCurve } from '../schedule/parse.ts';
import { learningRateAt, type Schedule, scheduleOf } from '../schedule/schedule.ts';
import { batchesPerCall } from '../step/batches-per-call.ts';
import { trainingIdentity } from './identity.ts';
import type { LoopPlan } from './loop.ts';
import type { TrainRequest } from './request.ts';
import { unseenClasses } from './unseen.ts';

export interface TrainPlan {
  readonly network: Network;
  readonly splits: Splits;
  readonly loop: LoopPlan;
  /** But for the path of the model, which may have to be written first. */
  readonly setup: Omit<RunnerSetup, 'modelPath'>;
  /** What has the last word; null where that is the validation set of `setup`. */
  readonly test: ValidationSource | null;
  readonly identity: Identity;
  /** What people should know before it starts. */
  readonly notes: readonly string[];
}

/** @throws UserError for the first thing that does not fit */
export async function planTraining(request: TrainRequest): Promise<TrainPlan> {
  const loaded = loadModel(request.model);
  const teacher = request.teacher === null ? null : loadModel(request.teacher);
  const network = prepareNetwork(loaded.model);
  const training = trainingOptions(request, network);
  const spec = parseDataSpec(request.data);
  const splits = await openSplits(
    spec,
    request.seed,
    { normalize: request.normalize, listings: join(cacheFolder(), 'listings') },
    request.holdOut,
  );
  const { train, validation, test } = splits;
  const labels = labelled(train, network.classes);
  const reading = readingOf(train, network);
  const side = Math.max(reading.transform.height, reading.transform.width);
  const batchesPerEpoch = Math.floor(train.count / request.batch);
  if (batchesPerEpoch === 0)
    throw new UserError(
      `Cannot train with --batch ${request.batch}: there are only ${train.count} training images.`,
      `Give at most --batch ${train.count}.`,
    );
  const schedule = scheduleOf({
    curve: parseCurve(request.schedule),
    peak: request.learningRate,
    stepsPerEpoch: batchesPerEpoch,
    epochs: request.epochs,
    warmUpEpochs: request.warmUpEpochs,
    rewindEpochs: request.rewindEpochs,
  });
  const toScore = (dataset: Dataset): ValidationSource => ({
    dataset,
    labels: labelled(dataset, network.classes),
    reading,
    batch: scoringBatch(reading),
  });
  const phases = phasesOf(parsePolicy(request.freeze), network, request.epochs);
  return {
    network,
    splits,
    loop: {
      epochs: request.epochs,
      schedule,
      phases,
      emaDecay: request.emaDecay,
      scoreEvery: request.scoreEvery,
      trainImages: train.count,
      validationImages: validation.count,
      testImages: test?.count ?? 0,
      checkpointMs: request.checkpointMs,
    },
    setup: {
      engine: request.engine,
      teacherPath: request.teacher,
      training,
      data: {
        dataset: train,
        labels,
        classes: network.classes,
        reading,
        augmentation: namedAugmentation(request.augment, side),
        plainFrom: request.epochs - plainEpochsOf(request),
        seed: request.seed,
        threads: request.loaderThreads,
        maxUnreadable: 'maxUnreadable' in spec ? spec.maxUnreadable : 0,
      },
      validation: toScore(validation),
      ...(request.engine.kind === 'torch' && {
        course: { keep: request.keep, ...courseAhead(request.epochs, batchesPerEpoch, schedule, phases) },
      }),
    },
    test: test && toScore(test),
    identity: trainingIdentity(request, loaded, teacher, splits),
    notes: [
      ...otherOutputs(network),
      ...train.notes,
      ...(test ?? validation).notes,
      ...[unseenClasses(labels, network.classes, train.spec.labelOffset)].filter(note => note !== null),
    ],
  };
}

/** All that is to come, for an engine that is handed a plan. */
function courseAhead(
  epochs: number,
  batchesPerEpoch: number,
  schedule: Schedule,
  phases: readonly FreezingPhase[],
): Omit<CourseAhead, 'keep'> {
  return {
    epochs,
    learningRates: Array.from({ length: epochs * batchesPerEpoch }, (_, step) => learningRateAt(schedule, step)),
    phases: phases.map(({ from, to, set }) => ({ from, to, trainable: [...set.trainable] })),
  };
}

/** Labels are for one output, and nothing here looks at what becomes of another. */
function otherOutputs({ model, output }: Network): string[] {
  const others = model.graph.outputs.filter(({ name }) => name !== output).map(({ name }) => JSON.stringify(name));
  if (others.length === 0) return [];
  return [
    `Only the output "${output}" is trained and scored; ${others.join(', ')} ${others.length === 1 ? 'changes' : 'change'} with the layers that both share, and nothing judges that.`,
  ];
}

function trainingOptions(request: TrainRequest, network: Network): RunnerSetup['training'] {
  const { batch, accumulation } = request;
  if (batch % accumulation !== 0)
    throw new UserError(
      `Cannot take --batch ${batch} in ${accumulation} parts: it is no multiple of them.`,
      'Give an --accumulate that divides the batch.',
    );
  const batchSize = batch / accumulation;
  if (batchSize === 1 && network.statistics.length > 0)
    throw new UserError(
      'Cannot train on one image at a time: the network has BatchNormalization, which takes its statistics over several images.',
      `Give a larger --batch${accumulation > 1 ? ' or a smaller --accumulate' : ''}.`,
    );
  const training = {
    batchSize,
    accumulation,
    batchesPerCall: batchesPerCall(accumulation, request.engine),
    labelSmoothing: request.labelSmoothing,
    distillationWeight: request.teacher === null ? 0 : request.distillationWeight,
    temperature: request.temperature,
    optimiser: request.optimiser,
    weightDecay: request.weightDecay,
    frobeniusDecay: request.frobeniusDecay,
    clipNorm: request.clipNorm,
    emaDecay: request.emaDecay,
    precision: request.precision,
  };
  requireTrainingOptions(training);
  return training;
}

function plainEpochsOf({ augment, plainEpochs, epochs }: TrainRequest): number {
  if (plainEpochs > epochs)
    throw new UserError(
      `Cannot train with ${plainEpochs} plain epochs: there are ${epochs} in all.`,
      `Give at most --plain-epochs ${epochs}.`,
    );
  if (plainEpochs > 0 && augment !== 'strong')
    throw new UserError(
      `Cannot train with plain epochs at the end: --augment ${augment} has no colour, mixup or cutmix to leave out.`,
      'Give --augment strong, or leave out --plain-epochs.',
    );
  return plainEpochs;
}

function labelled(dataset: Dataset, classes: number): Int32Array {
  const labels = labelsFor(dataset, classes);
  if (!labels)
    throw new UserError(
      `Cannot train on ${dataset.description}: the images have no labels.`,
      'Sort them into class folders, or add a labels.csv (file,label per line).',
    );
  const at = labels.findIndex(label => label < 0 || label >= classes);
  if (at < 0) return labels;
  throw new UserError(
    `Cannot train: the image ${dataset.ids[at]} has the label ${labels[at]}, and the network scores the classes 0 to ${classes - 1}.`,
    'Correct the labels, or say labelOffset in a dataset YAML.',
  );
}

function readingOf({ spec }: Dataset, { imageDims, input }: Network): InputReading {
  const [a = 0, b = 0, c = 0] = imageDims;
  const layout = a === 3 ? 'nchw' : c === 3 ? 'nhwc' : null;
  if (layout === null)
    throw new UserError(
      `Cannot train the network: expected the input "${input}" to have 3 channels (R, G, B), found N x ${imageDims.join(' x ')}.`,
      'Export a classifier of colour images.',
    );
  const [height, width] = layout === 'nchw' ? [b, c] : [a, b];
  return {
    transform: resolveTransform(spec, height, width),
    table: normalizationTable(spec.normalize),
    channels: spec.channels,
    layout,
  };
}

/** About 2^18 pixels at once. */
const scoringBatch = ({ transform: { height, width } }: InputReading): number =>
  Math.max(1, Math.min(256, Math.floor(2 ** 18 / (height * width))));
