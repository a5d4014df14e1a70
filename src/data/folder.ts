/** Images on disk: in class folders, or anywhere below a directory with a file of labels, or without labels. */
import { basename, extname, join, relative, resolve } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { isNamed } from '../files/kind.ts';
import { byFolders, type Labelled } from './class-folders.ts';
import { findClassOrder, readClassOrder } from './class-order.ts';
import type { Dataset } from './dataset.ts';
import { hashOfFiles } from './file-hash.ts';
import { readableFormats } from './image-names.ts';
import { type LabelLine, readLabelFile, usualLabelFiles } from './label-file.ts';
import { type Listing, listImages } from './listing.ts';
import { listingNotes, some } from './listing-notes.ts';
import type { FolderSpec } from './spec.ts';

/** Throws a UserError when there is no image, or when it cannot be told which class an image has. */
export async function openFolder(spec: FolderSpec): Promise<Dataset> {
  const images = imagesIn(spec.directory);
  const labelFile = spec.labels ?? usualLabelFiles.map(name => join(spec.directory, name)).find(isNamed) ?? null;
  const found = labelFile ? byLabelFile(spec.directory, images, labelFile) : byFolders(spec.directory, images);
  const { files, labels, classNames, how } = found;
  const paths = files.map(file => join(spec.directory, file));
  const classOrder = spec.classes
    ? readClassOrder(spec.classes, true)
    : classNames
      ? findClassOrder(spec.directory)
      : null;
  const head = JSON.stringify([files, labels && Array.from(labels), classNames, classOrder && [...classOrder.index]]);
  return {
    kind: 'folder',
    spec,
    count: files.length,
    ids: files,
    labels,
    classes: classNames?.length ?? (labels ? labels.reduce((max, label) => Math.max(max, label), -1) + 1 : 0),
    classNames,
    classOrder,
    hash: await hashOfFiles(paths, head),
    description: `${files.length} images in ${spec.directory}, ${how}`,
    notes: [...listingNotes(images), ...found.notes],
    source: { kind: 'folder', paths },
  };
}

/** Throws a UserError where there is no image. */
function imagesIn(directory: string): Listing {
  const listing = listImages(directory);
  if (listing.files.length > 0) return listing;
  const [note] = listingNotes(listing);
  throw new UserError(
    `Cannot use "${directory}" as data: expected ${readableFormats} images, found none${note ? `. ${note.replace(/\.$/, '')}` : ''}.`,
    'Give the directory that holds the images or their class folders.',
  );
}

function byLabelFile(directory: string, listing: Listing, labelFile: string): Labelled {
  const images = listing.files;
  const find = imageFinder(directory, listing);
  const lines = new Map<string, LabelLine>();
  const missing: string[] = [];
  let again = 0;
  for (const line of readLabelFile(labelFile)) {
    const image = find(line.file);
    if (image === undefined) missing.push(line.file);
    else if ((lines.get(image)?.label ?? line.label) !== line.label)
      throw new UserError(
        `Cannot read the labels "${labelFile}": "${image}" is "${lines.get(image)?.label}" in line ` +
          `${lines.get(image)?.line} and "${line.label}" in line ${line.line}.`,
        'Leave one of the two lines.',
      );
    else {
      if (lines.has(image) && lines.get(image)?.file !== line.file) again++;
      lines.set(image, line);
    }
  }
  const files = images.filter(image => lines.has(image));
  const name = relative(directory, labelFile) || basename(labelFile);
  if (files.length === 0)
    throw new UserError(
      `Cannot use the labels "${labelFile}": it names "${missing[0]}", and no such image is in "${directory}".`,
      'Write the paths of the images relative to the directory.',
    );
  const texts = files.map(file => lines.get(file)!.label);
  const numbers = texts.every(text => /^\d{1,7}$/.test(text));
  const names = numbers ? null : [...new Set(texts)].sort();
  const index = new Map(names?.map((each, at) => [each, at]));
  const notes = [
    ...(missing.length > 0 ? [`${missing.length} images of "${name}" are not there (${some(missing)}).`] : []),
    ...(again > 0 ? [`${again} lines of "${name}" name an image again, by links, and it counts once.`] : []),
    ...(files.length < images.length
      ? [`${images.length - files.length} images have no line in "${name}" and are left out.`]
      : []),
  ];
  const labels = Int32Array.from(texts, text => (names ? index.get(text)! : Number(text)));
  return { files, labels, classNames: names, how: `labels from ${name}`, notes };
}

/** Finds an image by a path that leads to it, or by its file name with or without extension where only one has it. */
function imageFinder(directory: string, { files, twins, nameOf }: Listing): (file: string) => string | undefined {
  const exact = new Set(files);
  const byName = new Map<string, string | null>();
  const add = (key: string, image: string): void => {
    byName.set(key, byName.has(key) && byName.get(key) !== image ? null : image);
  };
  for (const { name, of, kind } of [...files.map(file => ({ name: file, of: file, kind: 'file' })), ...twins]) {
    if (kind === 'folder') continue;
    add(basename(name), of);
    add(basename(name, extname(name)), of);
  }
  return file =>
    exact.has(file) ? file : (nameOf(resolve(directory, file)) ?? byName.get(basename(file)) ?? undefined);
}
