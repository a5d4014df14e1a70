/** What `--data` takes: `cifar10:DIR`, `folder:DIR`, `imagenet:DIR`, `shapes:SEED`, `npy:PATH`, `npz:PATH`, `module:FILE`, or the path of a dataset YAML. */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors/user-error.ts';
import { isFolder, isNamed } from '../files/kind.ts';
import { readText } from '../files/read.ts';
import { parseYaml } from '../units/parse-yaml.ts';
import { type ChannelOrder, type Normalization, normalizations } from './normalize.ts';

const triple = z.tuple([z.number(), z.number(), z.number()]);
const positiveTriple = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);
const pixels = z.int().min(1).max(16384);

const directory = z.string().min(1).describe('Where the data is; relative to this file.');

const maxUnreadable = z
  .number()
  .min(0)
  .max(1)
  .default(0.01)
  .describe('The share of images that may be unreadable; they are named and skipped.');

/** Enough to train a small network on, and to score it within two points. */
const shapesImages = { train: 6000, validation: 2000 };

const common = {
  normalize: z
    .union([
      z.enum(normalizations),
      z.strictObject({
        mean: triple.describe('Per channel R, G, B, on pixels scaled to 0..1.'),
        std: positiveTriple.describe('Per channel R, G, B, on pixels scaled to 0..1.'),
      }),
    ])
    .default('torchvision')
    .describe(
      'From pixels to inputs: torchvision, tf (x / 127.5 - 1), unit (x / 255), none (0..255), or mean and std.',
    ),
  channels: z.enum(['rgb', 'bgr']).default('rgb').describe('The order of the channels in the input of the network.'),
  resize: z
    .union([z.literal('none'), pixels])
    .optional()
    .describe('The short side after resizing, in pixels; by default 256 / 224 of the input of the network.'),
  crop: pixels
    .optional()
    .describe('The side of the centre crop; by default the input of the network, which must agree.'),
  labelOffset: z
    .int()
    .min(0)
    .default(0)
    .describe('Added to every label: 1 where output 0 of the network is "background".'),
};

/** The schema of a dataset YAML; `docs/schemas/dataset.schema.json` is generated from it. */
export const datasetSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('cifar10').describe('CIFAR-10 in its binary format.'),
    directory,
    ...common,
    files: z
      .array(z.string().min(1))
      .min(1)
      .default(['test_batch.bin'])
      .describe('The batches to use, in the directory or in its cifar-10-batches-bin.'),
  }),
  z.strictObject({
    kind: z.literal('folder').describe('Images in class folders, or images and a file of labels.'),
    directory,
    ...common,
    labels: z
      .string()
      .min(1)
      .optional()
      .describe('A file with an image and its class per line; relative to this file.'),
    classes: z
      .string()
      .min(1)
      .optional()
      .describe('A file with one class per line in the order of the outputs; relative to this file.'),
    maxUnreadable,
  }),
  z.strictObject({
    kind: z
      .literal('imagenet')
      .describe('ILSVRC2012: train/<wnid>, and val as class folders or flat with its ground truth.'),
    directory,
    ...common,
    maxUnreadable,
  }),
  z.strictObject({
    kind: z.literal('shapes').describe('Images of ten shapes, drawn by rankfront; nothing is read.'),
    ...common,
    seed: z
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(0)
      .describe('Seed of the drawings.'),
    images: z.int().min(10).max(1_000_000).default(shapesImages.validation).describe('Images of the validation set.'),
    trainImages: z.int().min(10).max(1_000_000).default(shapesImages.train).describe('Images of the training set.'),
  }),
]);

const kindWithWord = /^(cifar10|folder|imagenet|shapes|npy|npz|module):(.*)$/s;

/** What does not concern ready arrays. */
const asItIs = { normalize: 'none', channels: 'rgb', resize: 'none', crop: null, labelOffset: 0 } as const;

interface CommonSpec {
  readonly normalize: Normalization;
  readonly channels: ChannelOrder;
  /** Pixels of the short side; `none` leaves the size alone; null follows the input of the network. */
  readonly resize: number | 'none' | null;
  readonly crop: number | null;
  readonly labelOffset: number;
}

export interface Cifar10Spec extends CommonSpec {
  readonly kind: 'cifar10';
  /** Absolute, as in the other kinds. */
  readonly directory: string;
  readonly files: readonly string[];
}

export interface FolderSpec extends CommonSpec {
  readonly kind: 'folder';
  readonly directory: string;
  /** Absolute paths, or null: looked for in the directory. */
  readonly labels: string | null;
  readonly classes: string | null;
  readonly maxUnreadable: number;
}

export interface ImagenetSpec extends CommonSpec {
  readonly kind: 'imagenet';
  readonly directory: string;
  readonly maxUnreadable: number;
}

export interface ShapesSpec extends CommonSpec {
  readonly kind: 'shapes';
  readonly seed: number;
  /** Of the validation set, which is what a search looks at. */
  readonly images: number;
  readonly trainImages: number;
}

/** Arrays that go into a network as they are. */
export interface TensorSpec extends CommonSpec {
  readonly kind: 'npy' | 'npz';
  /** A folder or a file. */
  readonly directory: string;
}

/** Arrays that a module of the user's yields. */
export interface ModuleSpec extends CommonSpec {
  readonly kind: 'module';
  /** The file. */
  readonly directory: string;
}

export type DataSpec = Cifar10Spec | FolderSpec | ImagenetSpec | ShapesSpec | TensorSpec | ModuleSpec;

/** Throws a UserError when `spec` is none of these forms, or the YAML is wrong. Whether the data is there is seen later. */
export function parseDataSpec(spec: string): DataSpec {
  const [, kind, directory] = kindWithWord.exec(spec) ?? [];
  if (kind === 'shapes') return fromYaml({ kind, seed: shapesSeed(spec, directory ?? '') }, '.');
  if (kind === 'npy' || kind === 'npz' || kind === 'module') {
    if (!directory) throw new UserError(`Cannot use "${spec}" as data: no path is given.`, `Write ${kind}:PATH.`);
    return { kind, directory: resolve(directory), ...asItIs };
  }
  if (kind !== undefined) {
    if (!directory) throw new UserError(`Cannot use "${spec}" as data: no directory is given.`, `Write ${kind}:DIR.`);
    return fromYaml({ kind, directory }, '.');
  }
  if (isNamed(spec)) return fromYaml(readYaml(spec), dirname(spec));
  const folder = isFolder(spec);
  throw new UserError(
    folder
      ? `Cannot use "${spec}" as data: it is a directory, and what is in it is not said.`
      : `Cannot use "${spec}" as data: expected cifar10:DIR, folder:DIR, imagenet:DIR, shapes:SEED, npy:PATH, npz:PATH, module:FILE or a dataset YAML, and there is no such file.`,
    folder
      ? `Write folder:${spec} or cifar10:${spec}.`
      : 'Check the path, or put folder: or cifar10: in front of a directory.',
  );
}

function shapesSeed(spec: string, given: string): number {
  const seed = given === '' ? 0 : Number(given);
  if (/^\d*$/.test(given) && seed <= 2 ** 31 - 1) return seed;
  throw new UserError(
    `Cannot use "${spec}" as data: expected a whole number as the seed, found "${given}".`,
    'Write, for example, shapes:0.',
  );
}

const readYaml = (path: string): z.output<typeof datasetSchema> =>
  parseYaml(readText(path, 'the dataset'), path, datasetSchema);

function fromYaml(given: z.input<typeof datasetSchema>, base: string): DataSpec;
function fromYaml(given: { kind: string; directory?: string; seed?: number }, base: string): DataSpec;
function fromYaml(given: unknown, base: string): DataSpec {
  const yaml = datasetSchema.parse(given);
  const shared = {
    normalize: yaml.normalize,
    channels: yaml.channels,
    resize: yaml.resize ?? null,
    crop: yaml.crop ?? null,
    labelOffset: yaml.labelOffset,
  };
  if (yaml.kind === 'shapes')
    return { kind: 'shapes', ...shared, seed: yaml.seed, images: yaml.images, trainImages: yaml.trainImages };
  const directory = resolve(base, yaml.directory);
  // A name that is not beside the YAML is looked for in the data's own directory.
  const located = (name: string | undefined): string | null => {
    if (name === undefined) return null;
    const beside = resolve(base, name);
    return isNamed(beside) ? beside : resolve(directory, name);
  };
  if (yaml.kind === 'cifar10') return { kind: 'cifar10', directory, ...shared, files: yaml.files };
  if (yaml.kind === 'imagenet') return { kind: 'imagenet', directory, ...shared, maxUnreadable: yaml.maxUnreadable };
  return {
    kind: 'folder',
    directory,
    ...shared,
    labels: located(yaml.labels),
    classes: located(yaml.classes),
    maxUnreadable: yaml.maxUnreadable,
  };
}

/** For editors: what a dataset YAML may hold. */
export const datasetJsonSchema = (): object => z.toJSONSchema(datasetSchema, { io: 'input', target: 'draft-7' });
