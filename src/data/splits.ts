/** Which images a network is trained on, and which judge it. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { isFolder } from '../files/kind.ts';
import { openCifar10 } from './cifar10.ts';
import type { Dataset } from './dataset.ts';
import { openFolder } from './folder.ts';
import { openImagenet } from './imagenet.ts';
import { type DatasetOverrides, openDataset } from './open.ts';
import { openShapes } from './shapes/open.ts';
import { sharedImages } from './shared-images.ts';
import type { Cifar10Spec, DataSpec, FolderSpec } from './spec.ts';
import { splitProxy } from './subset.ts';

export interface Splits {
  readonly train: Dataset;
  readonly validation: Dataset;
  /** How the two were told apart, in a line for people. */
  readonly rule: string;
}

/** Of images that nobody has divided, this share is kept for validation. */
const validationShare = 0.1;

/**
 * - cifar10: the data_batch files against those that the data names (test_batch).
 * - imagenet: train against val.
 * - shapes: two streams of drawings.
 * - folder: its folders train and val (or validation, valid, test); a folder of such a name against the train beside it; else a
 *   tenth of the images of every class, chosen by `seed`, is kept for validation.
 *
 * @throws UserError when there are no images in a part, no labels, or a class without a training image
 */
export async function openSplits(spec: DataSpec, seed: number, overrides: DatasetOverrides = {}): Promise<Splits> {
  const splits = await found({ ...spec, normalize: overrides.normalize ?? spec.normalize }, seed);
  demandEveryClass(splits.train);
  demandApart(splits);
  if (splits.validation.count > 0) return splits;
  throw new UserError(
    `Cannot train: there is no image to score on (${splits.validation.description}).`,
    'Put the validation images there.',
  );
}

async function found(spec: DataSpec, seed: number): Promise<Splits> {
  switch (spec.kind) {
    case 'cifar10':
      return cifarSplits(spec);
    case 'imagenet':
      return {
        train: await openImagenet(spec, 'train'),
        validation: await openImagenet(spec, 'validation'),
        rule: 'the folders train and val',
      };
    case 'shapes':
      return {
        train: openShapes(spec, 'train'),
        validation: openShapes(spec, 'validation'),
        rule: 'two streams of drawings',
      };
    case 'folder':
      return folderSplits(spec, seed);
    case 'npy':
    case 'npz':
      throw new UserError(
        'Cannot train on ready inputs: training augments images, and found arrays.',
        'Give images, such as folder:DIR.',
      );
    default:
      return spec satisfies never;
  }
}

function cifarSplits(spec: Cifar10Spec): Splits {
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
    rule: `${files.join(', ')} against ${spec.files.join(', ')}`,
  };
}

const heldNames = ['val', 'validation', 'valid', 'test'];

async function folderSplits(spec: FolderSpec, seed: number): Promise<Splits> {
  const { directory } = spec;
  const held = heldNames.find(name => isFolder(join(directory, name)));
  if (held && isFolder(join(directory, 'train')))
    return pair(spec, join(directory, 'train'), join(directory, held), `the folders train and ${held}`);
  const sibling = join(dirname(directory), 'train');
  if (heldNames.includes(basename(directory)) && isFolder(sibling))
    return pair(spec, sibling, directory, `the folder train beside ${basename(directory)}`);
  return divided(await openDataset(spec), seed);
}

async function pair(spec: FolderSpec, train: string, validation: string, rule: string): Promise<Splits> {
  // A list of labels belongs to one of the two folders: each is looked for in its own.
  const [first, second] = await Promise.all(
    [train, validation].map(directory => openFolder({ ...spec, directory, labels: null })),
  );
  return { train: first!, validation: withClassesOf(first!, ofOneClass(first!, second!)), rule };
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
    train: subsetOf(all, rest, 'training'),
    validation: subsetOf(all, proxy, 'validation'),
    rule: `a tenth of every class kept for validation (seed ${seed})`,
  };
}

/** The images at `positions`, ascending, of a dataset of files. */
function subsetOf(all: Dataset, positions: Int32Array, part: string): Dataset {
  if (all.source.kind !== 'folder') throw new Error('only images in files are divided');
  const { paths } = all.source;
  const pick = <T>(list: readonly T[]): T[] => Array.from(positions, at => list[at]!);
  return {
    ...all,
    count: positions.length,
    ids: pick(all.ids),
    labels: all.labels && positions.map(at => all.labels![at]!),
    hash: createHash('sha256').update(`${all.hash}\0${positions.join()}`).digest('hex'),
    description: `${positions.length} ${part} images of ${all.description}`,
    source: { kind: 'folder', paths: pick(paths) },
  };
}

/** Images that a network was trained on say nothing of how good it is. */
function demandApart({ train, validation, rule }: Splits): void {
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
