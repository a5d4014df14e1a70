/** Which images a network is trained on, and which judge it. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { isFolder } from '../files/kind.ts';
import { openCifar10 } from './cifar10.ts';
import type { Dataset } from './dataset.ts';
import { openFolder } from './folder.ts';
import { heldOut } from './held-out.ts';
import { openImagenet } from './imagenet.ts';
import { type DatasetOverrides, openDataset } from './open.ts';
import { partOf } from './part.ts';
import { openShapes } from './shapes/open.ts';
import { sharedImages } from './shared-images.ts';
import type { Cifar10Spec, DataSpec, FolderSpec } from './spec.ts';
import { splitProxy } from './subset.ts';

export interface Splits {
  readonly train: Dataset;
  /** What an epoch is chosen by. */
  readonly validation: Dataset;
  /** What has the last word, and chose nothing; null where those are the validation images. */
  readonly test: Dataset | null;
  /** How they were told apart, in a line for people. */
  readonly rule: string;
}

/** Of images that nobody has divided, this share is kept for validation. */
const validationShare = 0.1;

/**
 * - cifar10: the data_batch files against those that the data names (test_batch), which are test images.
 * - imagenet: train against val.
 * - shapes: two streams of drawings.
 * - folder: its folders train and val (or validation, valid, test); a folder of such a name against the train beside it; else a
 *   tenth of the images of every class, chosen by `seed`, is kept for validation. Those in a folder named test are test images.
 *
 * @param holdOut the share of the training images that is held out for validation where there are test images; 0 for none, and then those
 * are the validation images
 * @throws UserError when there are no images in a part, no labels, or a class without a training image
 */
export async function openSplits(
  spec: DataSpec,
  seed: number,
  overrides: DatasetOverrides = {},
  holdOut = 0,
): Promise<Splits> {
  const whole = await found({ ...spec, normalize: overrides.normalize ?? spec.normalize }, seed, overrides);
  const splits = whole.tests ? withHeldOut(whole, holdOut, seed) : whole;
  demandEveryClass(splits.train);
  // What is held out is a part of the training images.
  demandApart({ ...whole, rule: splits.rule });
  const last = splits.test ?? splits.validation;
  if (last.count > 0) return splits;
  throw new UserError(
    `Cannot train: there is no image to score on (${last.description}).`,
    'Put the validation images there.',
  );
}

/** Whether the images beside the training images are called test images by those who made the dataset. */
interface FoundSplits extends Splits {
  readonly tests?: boolean;
}

/** Of one or two images nothing can be held out. */
function withHeldOut({ train, validation: test, rule }: Splits, share: number, seed: number): Splits {
  if (share === 0 || train.count < 3 || !train.labels) return { train, validation: test, test: null, rule };
  const held = heldOut(train, share, seed);
  return {
    train: held.train,
    validation: held.held,
    test,
    rule: `${rule}; ${held.held.count} of the training images held out (seed ${seed})`,
  };
}

async function found(spec: DataSpec, seed: number, { listings }: DatasetOverrides): Promise<FoundSplits> {
  switch (spec.kind) {
    case 'cifar10':
      return cifarSplits(spec);
    case 'imagenet':
      return {
        train: await openImagenet(spec, 'train', listings ?? null),
        validation: await openImagenet(spec, 'validation'),
        test: null,
        rule: 'the folders train and val',
      };
    case 'shapes':
      return {
        train: openShapes(spec, 'train'),
        validation: openShapes(spec, 'validation'),
        test: null,
        rule: 'two streams of drawings',
      };
    case 'folder':
      return folderSplits(spec, seed);
    case 'npy':
    case 'npz':
    case 'module':
      throw new UserError(
        'Cannot train on ready inputs: training augments images, and found arrays.',
        'Give images, such as folder:DIR.',
      );
    default:
      return spec satisfies never;
  }
}

function cifarSplits(spec: Cifar10Spec): FoundSplits {
  const held = new Set(spec.files);
  const files = [1, 2, 3, 4, 5]
    .map(number => `data_batch_${number}.bin`)
    .filter(
      file =>
        !held.has(file) &&
        [spec.directory, join(spec.directory, 'cifar-10-batches-bin')].some(folder => existsSync(join(folder, file))),
    );
  if (files.length === 0)
    throw new UserError(
      `Cannot train on CIFAR-10 in "${spec.directory}": expected data_batch_1.bin to data_batch_5.bin, found none.`,
      'Give the directory of the whole binary version.',
    );
  return {
    train: openCifar10({ ...spec, files }),
    validation: openCifar10(spec),
    test: null,
    tests: true,
    rule: `${files.join(', ')} against ${spec.files.join(', ')}`,
  };
}

const heldNames = ['val', 'validation', 'valid', 'test'];

async function folderSplits(spec: FolderSpec, seed: number): Promise<FoundSplits> {
  const { directory } = spec;
  const held = heldNames.find(name => isFolder(join(directory, name)));
  if (held && isFolder(join(directory, 'train')))
    return {
      ...(await pair(spec, join(directory, 'train'), join(directory, held), `the folders train and ${held}`)),
      tests: held === 'test',
    };
  const sibling = join(dirname(directory), 'train');
  if (heldNames.includes(basename(directory)) && isFolder(sibling))
    return {
      ...(await pair(spec, sibling, directory, `the folder train beside ${basename(directory)}`)),
      tests: basename(directory) === 'test',
    };
  return divided(await openDataset(spec), seed);
}

async function pair(spec: FolderSpec, train: string, validation: string, rule: string): Promise<Splits> {
  // A list of labels belongs to one of the two folders: each is looked for in its own.
  const [first, second] = await Promise.all(
    [train, validation].map(directory => openFolder({ ...spec, directory, labels: null })),
  );
  return { train: first!, validation: withClassesOf(first!, ofOneClass(first!, second!)), test: null, rule };
}

const folderOf = (id: string): string => id.slice(0, Math.max(0, id.indexOf('/')));

/** A single folder of images is no class by itself; beside training images it is one of theirs. */
function ofOneClass({ labels, classNames }: Dataset, held: Dataset): Dataset {
  const [name = '', ...others] = new Set(held.ids.map(folderOf));
  if (held.labels || !labels || others.length > 0) return held;
  const label = classNames ? classNames.indexOf(name) : /^\d+$/.test(name) ? Number(name) : -1;
  if (label < 0) return held;
  return { ...held, labels: new Int32Array(held.count).fill(label), classes: label + 1, classNames };
}

/** The labels of `held` by the names of `train`. */
function withClassesOf(train: Dataset, held: Dataset): Dataset {
  if (!train.classNames || !held.classNames || !held.labels) return held;
  const index = new Map(train.classNames.map((name, at) => [name, at]));
  const map = held.classNames.map(name => {
    const at = index.get(name);
    if (at !== undefined) return at;
    throw new UserError(
      `Cannot train: the class "${name}" of the validation images has no training image.`,
      'Give the two parts of the same dataset.',
    );
  });
  return {
    ...held,
    labels: held.labels.map(label => map[label]!),
    classes: train.classes,
    classNames: train.classNames,
    classOrder: train.classOrder,
  };
}

function divided(all: Dataset, seed: number): Splits {
  if (!all.labels)
    throw new UserError(
      `Cannot train on ${all.description}: the images have no labels.`,
      'Sort them into class folders, or add a labels.csv (file,label per line).',
    );
  const { proxy, rest } = splitProxy(all.labels, all.count, Math.ceil(all.count * validationShare), seed);
  return {
    train: partOf(all, rest, 'training'),
    validation: partOf(all, proxy, 'validation'),
    test: null,
    rule: `a tenth of every class kept for validation (seed ${seed})`,
  };
}

/** Images that a network was trained on say nothing of how good it is. */
function demandApart({ train, validation, rule }: Pick<Splits, 'train' | 'validation' | 'rule'>): void {
  const shared = sharedImages(validation, train);
  if (shared === 0) return;
  throw new UserError(
    `Cannot train: ${shared} of the ${validation.count} validation images are training images too, by links (${rule}).`,
    'Take them out of one of the two.',
  );
}

/** A class that is never seen would be unlearned without a word. */
function demandEveryClass(train: Dataset): void {
  const counts = new Int32Array(train.classes);
  for (const label of train.labels ?? []) counts[label]!++;
  const empty = counts.indexOf(0);
  const name = empty >= 0 ? (train.classNames?.[empty] ?? String(empty)) : emptyFolder(train);
  if (name === null) return;
  throw new UserError(
    `Cannot train: the class "${name}" has no training image.`,
    'Add images of it, or remove the class.',
  );
}

/** A class folder without an image, which a list of images does not show. Where a file says the classes, folders are none. */
function emptyFolder({ spec, source, ids, labels, classNames }: Dataset): string | null {
  const [path] = source.kind === 'folder' && spec.kind === 'folder' ? source.paths : [];
  const [id] = ids;
  if (!path || !id || !labels) return null;
  const classOfFolder = (name: string): number => (classNames ? classNames.indexOf(name) : Number(name || Number.NaN));
  if (!ids.every((each, i) => classOfFolder(folderOf(each)) === labels[i])) return null;
  const root = path.slice(0, path.length - id.length);
  const full = new Set(ids.map(folderOf));
  const isClass = (name: string): boolean => (classNames ? !name.startsWith('.') : /^\d+$/.test(name));
  const folders = readdirSync(root, { withFileTypes: true }).filter(entry => entry.isDirectory());
  return folders.find(({ name }) => isClass(name) && !full.has(name))?.name ?? null;
}
