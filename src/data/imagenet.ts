/** ImageNet as it is unpacked: train/<wnid>/*.JPEG, and val as class folders or flat with its ground truth; or in tar shards. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { isFolder } from '../files/kind.ts';
import { ofOneClass } from './class-folders.ts';
import { findClassOrder, isWordNetId } from './class-order.ts';
import type { Dataset } from './dataset.ts';
import { hashOfFiles } from './file-hash.ts';
import { groundTruth } from './ground-truth.ts';
import { type Listing, listImages } from './listing.ts';
import { listedFiles, type SizedFiles } from './listing-index.ts';
import { listingNotes, twinNote } from './listing-notes.ts';
import { readShards, shardsOf } from './shards.ts';
import type { ImagenetSpec } from './spec.ts';

export type SplitName = 'train' | 'validation';

/**
 * Classes are the folders of the training set, or of the validation set where there is no other, in the order of their ids.
 * @throws UserError when the split is not there, or the classes of the two splits differ
 */
export async function openImagenet(
  spec: ImagenetSpec,
  split: SplitName,
  listings: string | null = null,
): Promise<Dataset> {
  const shards = shardsOf(spec.directory, split);
  if (shards.length > 0) return openShards(spec, split, shards);
  const folder = splitFolder(spec.directory, split);
  const train = existingFolder(spec.directory, 'train');
  const own = classFolders(folder);
  const classNames = train ? classFolders(train) : own;
  if (classNames.length === 0)
    throw new UserError(
      `Cannot use "${spec.directory}" as ImageNet: expected folders named by WordNet ids (n01440764), found none in "${train ?? folder}".`,
      'Unpack ILSVRC2012_img_train.tar, and every archive in it into a folder of its own.',
    );
  const { ids, labels, notes, sizes } =
    own.length > 0 ? byFolders(folder, own, classNames, listings) : flat(spec.directory, folder, classNames);
  const paths = ids.map(id => join(folder, id));
  const head = JSON.stringify([ids, Array.from(labels), classNames]);
  return {
    kind: 'imagenet',
    spec,
    count: ids.length,
    ids,
    labels,
    classes: classNames.length,
    classNames,
    classOrder: findClassOrder(spec.directory),
    hash: split === 'train' ? hashOfSizes(paths, head, sizes) : await hashOfFiles(paths, head),
    description: `${ids.length} images of ${classNames.length} classes in ${folder}`,
    notes,
    source: { kind: 'folder', paths },
  };
}

/** A training set is known by its names, places and sizes, as below; of a validation set the bytes count too. */
async function openShards(spec: ImagenetSpec, split: SplitName, shards: readonly string[]): Promise<Dataset> {
  const { ids, labels, slices, notes } = readShards(shards);
  const head = JSON.stringify([ids, Array.from(labels), slices.map(({ offset, bytes }) => [offset, bytes])]);
  return {
    kind: 'imagenet',
    spec,
    count: ids.length,
    ids,
    labels,
    classes: labels.reduce((most, label) => Math.max(most, label), -1) + 1,
    // Shards name no classes: their numbers are outputs of the network.
    classNames: null,
    classOrder: null,
    hash: split === 'train' ? hashOfSizes(shards, head) : await hashOfFiles(shards, head),
    description: `${ids.length} images in ${shards.length} shards of ${spec.directory}`,
    notes,
    source: { kind: 'slices', slices },
  };
}

/** Reading 140 GB to name them would take an hour: a training set is known by its names and sizes. */
function hashOfSizes(paths: readonly string[], head: string, sizes: SizedFiles['sizes'] | null = null): string {
  const hash = createHash('sha256').update(`sizes\0${head}`);
  const sizeOf = (path: string, i: number) =>
    sizes === null ? statSync(path, { throwIfNoEntry: false })?.size : sizes[i];
  for (const [i, path] of paths.entries()) hash.update(`\0${sizeOf(path, i) ?? 'missing'}`);
  return hash.digest('hex');
}

function splitFolder(directory: string, split: SplitName): string {
  const names = split === 'train' ? ['train'] : ['val', 'validation'];
  for (const name of names) {
    const found = existingFolder(directory, name);
    if (found) return found;
  }
  throw new UserError(
    `Cannot open ImageNet in "${directory}": there is no folder "${names[0]}".`,
    'Give the directory that holds the folders train and val.',
  );
}

/** `directory/name`, also below the places where Kaggle's archive has it. */
function existingFolder(directory: string, name: string): string | null {
  const places = [join(directory, name), join(directory, 'ILSVRC', 'Data', 'CLS-LOC', name)];
  return places.find(isFolder) ?? null;
}

const classFolders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(entry => isWordNetId(entry.name) && !entry.isFile())
    .map(({ name }) => name)
    .sort();

interface Found {
  readonly ids: readonly string[];
  readonly labels: Int32Array;
  readonly notes: readonly string[];
  /** As in `SizedFiles`; null where they were not looked at. */
  readonly sizes: SizedFiles['sizes'] | null;
}

function byFolders(folder: string, own: readonly string[], classes: readonly string[], listings: string | null): Found {
  const index = new Map(classes.map((name, at) => [name, at]));
  const stranger = own.find(name => !index.has(name));
  if (stranger !== undefined)
    throw new UserError(
      `Cannot use "${folder}": its class "${stranger}" is not among the ${classes.length} classes of the training set.`,
      'Give the two parts of the same dataset.',
    );
  const list = () => {
    const listing = listImages(folder, isWordNetId);
    const { files, notes } = ofOneClass(
      folder,
      within(listing, name => name.includes('/')),
    );
    return { ids: files, notes: [...listingNotes(listing), ...notes] };
  };
  const { ids, notes, sizes } =
    listings === null ? { ...list(), sizes: null } : listedFiles(folder, own, listings, list);
  const labels = Int32Array.from(ids, id => index.get(id.split('/')[0]!)!);
  return { ids, labels, notes, sizes };
}

/** Without the images whose names do not fit, such as those beside the folders. */
const within = ({ files, twins }: Listing, fits: (name: string) => boolean): Pick<Listing, 'files' | 'twins'> => ({
  files: files.filter(fits),
  twins: twins.filter(({ name, kind }) => kind === 'folder' || fits(name)),
});

function flat(directory: string, folder: string, classes: readonly string[]): Found {
  const listing = listImages(folder, () => false);
  const { files: ids, twins } = listing;
  if (ids.length === 0)
    throw new UserError(`Cannot use "${folder}": there is no image in it.`, 'Unpack ILSVRC2012_img_val.tar there.');
  const notes = [...listingNotes(listing), ...twinNote(twins)];
  return { ids, labels: groundTruth(directory, ids, classes), notes, sizes: null };
}
