/** Options that several commands share, worded once. */
import type { InferredOptionTypes } from 'yargs';
import { normalizations } from '../data/normalize.ts';
import type { Study } from '../store/study.ts';
import { parseDuration } from '../units/duration.ts';
import { count } from './count.ts';
import type { SettingKey } from './settings/schema.ts';

export const modelOption = { type: 'string', demandOption: true, describe: 'The dense model, an ONNX file' } as const;
const dataOption = {
  type: 'string',
  demandOption: true,
  describe: 'Images (cifar10:DIR, folder:DIR, a dataset YAML) or ready inputs (npy:PATH, npz:PATH, module:FILE)',
} as const;
export const hardwareOption = {
  type: 'string',
  demandOption: true,
  describe: 'The hardware profile: a built-in name (rankfront hardware) or a YAML file',
} as const;
export const storeOption = {
  type: 'string',
  default: 'results/rankfront.sqlite',
  describe: 'The file or PostgreSQL database that keeps the studies; RANKFRONT_STORE may name it',
} as const;
export const studyOption = {
  type: 'string',
  describe: 'The name of the study; not needed when the store holds only one',
} as const;
/** Of every command that times. */
export const waitOption = {
  type: 'string',
  describe: 'How long to wait for a quiet machine: 10m, 2h or none [default: from the hardware profile, 2m]',
} as const;

/** Milliseconds; undefined where the profile decides. Throws a UserError for what is no duration. */
export const waitOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : text === 'none' ? 0 : parseDuration(text, '--wait');

export const jsonOption = { type: 'boolean', default: false, describe: 'Print JSON' } as const;

export const movedModelOption = { type: 'string', describe: 'Where the dense model is now, if it has moved' } as const;

/** For commands that need all files of a study again, should they have moved. */
export const movedOptions = {
  model: movedModelOption,
  data: { type: 'string', describe: 'Where the images are now, if they have moved' },
  calibration: { type: 'string', describe: 'Where the calibration images are now, if they have moved' },
} as const;

/** All images that a study is judged or calibrated by. */
export const dataOf = (
  { data, calibration }: Study,
  moved: { readonly data?: string | undefined; readonly calibration?: string | undefined },
): (string | undefined)[] => [moved.data ?? data.spec, moved.calibration ?? calibration?.spec];

export const normalizeOption = {
  choices: normalizations,
  describe: 'How pixels become inputs [default: from the dataset YAML, or torchvision]',
} as const;

export const inputShapeOption = {
  type: 'string',
  describe: 'Sizes that the network leaves open, such as input=1x3x48x320 [default: as the data has them]',
} as const;

/** Of commands without data. */
export const sizesThatAreOpen = 'Sizes that the network leaves open, such as input=1x3x48x320';

/** What factors are made from. */
export const calibrationOptions = {
  calibration: {
    type: 'string',
    describe: 'Images for data-aware factors, as in --data; none turns them off [default: a part of --data]',
  },
  'calibration-images': { type: 'number', describe: 'How many calibration images to use [default: 512]' },
} as const;

/** What is searched, and how its candidates are built and judged: of `search` and of `evaluate`. */
export const problemOptions = {
  model: modelOption,
  data: dataOption,
  space: { type: 'string', describe: 'The search space, a YAML file [default: what "rankfront space" writes]' },
  hardware: hardwareOption,
  'input-shape': inputShapeOption,
  normalize: normalizeOption,
  ...calibrationOptions,
  corrections: {
    choices: ['moments', 'reconstruction', 'none'],
    describe: 'How the calibration images correct every candidate [default: moments]',
  },
  metric: {
    type: 'string',
    describe: 'What accuracy means: top1, top5, agreement, fidelity, module:FILE or command:PROGRAM',
  },
  'accept-dense': { type: 'boolean', default: false, describe: 'Continue even if the dense model scores near chance' },
} as const;

/** Their keys in a settings file. */
export const problemSettings = [
  'model',
  'data',
  'space',
  'hardware',
  'inputShape',
  'normalize',
  'calibration',
  'calibrationImages',
  'corrections',
  'acceptDense',
] as const satisfies readonly SettingKey[];

/** The same as the library takes them. Throws a UserError for a number that cannot be. */
export const problemOf = (args: InferredOptionTypes<typeof problemOptions>) => ({
  model: args.model,
  data: args.data,
  space: args.space,
  hardware: args.hardware,
  inputShape: args['input-shape'],
  normalize: args.normalize,
  calibration: args.calibration,
  calibrationImages: count('--calibration-images', args['calibration-images'], 1),
  corrections: args.corrections,
  metric: args.metric,
  acceptDense: args['accept-dense'],
});
