/** The answers for ImageNet's validation images, which lie in one folder without their classes. */
import { dirname, join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { UserError } from '../errors/user-error.ts';
import { isNamed } from '../files/kind.ts';
import { readBytes, readText } from '../files/read.ts';
import { linesOf } from '../files/text.ts';
import { isWordNetId } from './class-order.ts';
import { readLabelFile } from './label-file.ts';

/** Where people have them: beside the images, in the development kit, or as Kaggle gives them. */
export const truthFiles = [
  'ILSVRC2012_validation_ground_truth.txt',
  'ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt',
  'data/ILSVRC2012_validation_ground_truth.txt',
  'LOC_val_solution.csv',
  'val.txt',
  'labels.csv',
];

/**
 * The class of every image, an index into `classes`. Files hold, one line per image in the order of the names, the numbers of the
 * development kit (1 to 1000), or an image and its WordNet id or index per line.
 *
 * @param images file names in the order of their numbers
 * @param classes WordNet ids, sorted
 * @throws UserError when there is no such file, or it does not fit the images
 */
export function groundTruth(directory: string, images: readonly string[], classes: readonly string[]): Int32Array {
  const file = [directory, join(directory, 'val'), dirname(directory)]
    .flatMap(folder => truthFiles.map(name => join(folder, name)))
    .find(isNamed);
  if (!file)
    throw new UserError(
      `Cannot tell the classes of the ${images.length} validation images in "${directory}": there is no ground truth.`,
      `Put ${truthFiles[0]} (and meta.mat, from the development kit) or LOC_val_solution.csv there, or sort the images into class folders.`,
    );
  return file.endsWith('ground_truth.txt') ? byNumbers(file, images, classes) : byNames(file, images, classes);
}

function byNumbers(file: string, images: readonly string[], classes: readonly string[]): Int32Array {
  const lines = linesOf(readText(file, 'the ground truth')).filter(line => line.trim() !== '');
  if (lines.length !== images.length)
    throw new UserError(
      `Cannot use the ground truth "${file}": it has ${lines.length} lines, and there are ${images.length} images.`,
      'Give all images of the validation set, or sort them into class folders.',
    );
  const order = kitOrder(dirname(file));
  const index = new Map(classes.map((name, at) => [name, at]));
  return Int32Array.from(lines, (line, at) => {
    const found = index.get(order[Number(line) - 1] ?? '');
    if (found !== undefined) return found;
    throw new UserError(
      `Cannot use the ground truth "${file}": line ${at + 1} is "${line.slice(0, 20)}", expected the number of a class of the training set.`,
      'Take the file, and meta.mat beside it, from the development kit of ILSVRC2012.',
    );
  });
}

/** The WordNet ids in the order of the development kit, which is not that of their names. */
function kitOrder(folder: string): readonly string[] {
  const text = join(folder, 'map_clsloc.txt');
  if (isNamed(text)) {
    const rows = linesOf(readText(text, 'the list of classes')).map(line => line.trim().split(/\s+/));
    const order: string[] = [];
    for (const [id = '', number] of rows) if (isWordNetId(id)) order[Number(number) - 1] = id;
    return order;
  }
  const matrix = join(folder, 'meta.mat');
  if (isNamed(matrix)) return idsInMatrix(readBytes(matrix, 'the list of classes')).slice(0, 1000);
  throw new UserError(
    `Cannot use the ground truth in "${folder}": its numbers mean nothing without the list of classes.`,
    'Put meta.mat (from the development kit of ILSVRC2012) or map_clsloc.txt beside it.',
  );
}

/**
 * The WordNet ids that a MATLAB 5 file holds, in their order, without reading its structure: elements are inflated (type 15)
 * and searched. The kit's table lists the 1,000 classes first, by their numbers, then the inner nodes of the tree.
 */
function idsInMatrix(file: Uint8Array): string[] {
  const headerBytes = 128;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const found: string[] = [];
  for (let at = headerBytes; at + 8 <= file.length; ) {
    const type = view.getUint32(at, true);
    const length = view.getUint32(at + 4, true);
    const part = file.subarray(at + 8, at + 8 + length);
    const bytes = type === 15 ? inflateSync(part) : part;
    // Characters may be stored in two bytes each.
    const text = Buffer.from(bytes).toString('latin1').replaceAll('\0', '');
    found.push(...(text.match(/n\d{8}/g) ?? []));
    at += 8 + length;
  }
  return found;
}

function byNames(file: string, images: readonly string[], classes: readonly string[]): Int32Array {
  const index = new Map(classes.map((name, at) => [name, at]));
  const stem = (name: string): string => name.replace(/^.*\//, '').replace(/\.\w+$/, '');
  const labels = new Map(readLabelFile(file).map(({ file: image, label }) => [stem(image), label]));
  return Int32Array.from(images, image => {
    const label = labels.get(stem(image)) ?? '';
    const found = /^\d+$/.test(label) ? Number(label) : index.get(label);
    if (found !== undefined && found < classes.length) return found;
    throw new UserError(
      `Cannot use the ground truth "${file}": ${label === '' ? `it has no line for "${image}"` : `"${label}" of "${image}" is no class of the training set`}.`,
      'Give the file that belongs to these images.',
    );
  });
}
