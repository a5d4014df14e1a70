/** Images on disk: in class folders, or anywhere below a directory with a file of labels, or without labels. */
import { readdirSync, statSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { findClassOrder, isWordNetId, readClassOrder } from './class-order.ts';
import type { Dataset } from './dataset.ts';
import { hashOfFiles } from './file-hash.ts';
import { type LabelLine, readLabelFile, usualLabelFiles } from './label-file.ts';
import type { FolderSpec } from './spec.ts';

const imageExtensions = new Set(['.jpg', '.jpeg', '.png', '.webp']);

interface Labelled {
  /** Relative to the directory, with `/`. */
  readonly files: readonly string[];
  readonly labels: Int32Array | null;
  readonly classNames: readonly string[] | null;
  readonly how: string;
  readonly notes: readonly string[];
}

/** Throws a UserError when there is no image, or when it cannot be told which class an image has. */
export async function openFolder(spec: FolderSpec): Promise<Dataset> {
  const images = imagesBelow(spec.directory);
  const labelFile = spec.labels ?? usualLabelFiles.map(name => join(spec.directory, name)).find(isFile) ?? null;
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
    notes: found.notes,
    source: { kind: 'folder', paths },
  };
}

/** Relative paths in a fixed order (by code unit, as Python's `sorted`), links followed, hidden files left out. */
function imagesBelow(directory: string): string[] {
  let entries: string[];
  try {
    entries = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    throw new UserError(
      `Cannot open the data: "${directory}" is no directory that can be read.`,
      'Check the path and its permissions.',
      { cause: error },
    );
  }
  const images = entries
    .map(entry => entry.split(sep).join('/'))
    .filter(entry => imageExtensions.has(extname(entry).toLowerCase()) && !/(^|\/)\./.test(entry))
    .sort();
  if (images.length === 0)
    throw new UserError(
      `Cannot use "${directory}" as data: expected JPEG, PNG or WebP images, found none.`,
      'Give the directory that holds the images or their class folders.',
    );
  return images;
}

function byFolders(directory: string, images: readonly string[]): Labelled {
  const folderOf = (image: string): string => (image.includes('/') ? image.split('/')[0]! : '');
  const names = [...new Set(images.map(folderOf))].sort();
  if (names.length === 1 && !isWordNetId(names[0]!))
    return { files: images, labels: null, classNames: null, how: 'without labels', notes: [] };
  if (names[0] === '') {
    const loose = images.filter(image => !image.includes('/'));
    throw new UserError(
      `Cannot tell the classes in "${directory}": there are class folders, and ${loose.length} images beside them (${loose[0]}).`,
      'Move those images into a folder, or write a labels.csv with file,label per line.',
    );
  }
  // Folders named by numbers mean outputs: "10" is the eleventh, not the third after "0" and "1".
  const numbers = names.every(name => /^\d+$/.test(name));
  const index = new Map(names.map((name, at) => [name, numbers ? Number(name) : at]));
  return {
    files: images,
    labels: Int32Array.from(images, image => index.get(folderOf(image))!),
    classNames: numbers ? null : names,
    how: `${names.length} class folders`,
    notes: [],
  };
}

function byLabelFile(directory: string, images: readonly string[], labelFile: string): Labelled {
  const resolve = imageFinder(images);
  const lines = new Map<string, LabelLine>();
  const missing: string[] = [];
  for (const line of readLabelFile(labelFile)) {
    const image = resolve(line.file);
    if (image === undefined) missing.push(line.file);
    else if ((lines.get(image)?.label ?? line.label) !== line.label)
      throw new UserError(
        `Cannot read the labels "${labelFile}": "${image}" is "${lines.get(image)?.label}" in line ` +
          `${lines.get(image)?.line} and "${line.label}" in line ${line.line}.`,
        'Leave one of the two lines.',
      );
    else lines.set(image, line);
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
    ...(files.length < images.length
      ? [`${images.length - files.length} images have no line in "${name}" and are left out.`]
      : []),
  ];
  const labels = Int32Array.from(texts, text => (names ? index.get(text)! : Number(text)));
  return { files, labels, classNames: names, how: `labels from ${name}`, notes };
}

/** Finds an image by its path, or by its file name with or without extension where only one has it. */
function imageFinder(images: readonly string[]): (file: string) => string | undefined {
  const exact = new Set(images);
  const byName = new Map<string, string | null>();
  const add = (key: string, image: string): void => {
    byName.set(key, byName.has(key) && byName.get(key) !== image ? null : image);
  };
  for (const image of images) {
    add(basename(image), image);
    add(basename(image, extname(image)), image);
  }
  return file => (exact.has(file) ? file : (byName.get(basename(file)) ?? undefined));
}

/** A few names for a sentence. */
export const some = (names: readonly string[]): string =>
  names.length > 3 ? `${names.slice(0, 3).join(', ')}, ...` : names.join(', ');

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
