/** CIFAR-10 in its binary format: records of 1 label byte and 3 x 32 x 32 bytes, planes R, G, B. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { identityOf, isFolder, isNamed } from '../files/kind.ts';
import { readBytes } from '../files/read.ts';
import type { Dataset } from './dataset.ts';
import type { RgbImage } from './resize.ts';
import type { Cifar10Spec } from './spec.ts';

export const cifarSide = 32;
const area = cifarSide * cifarSide;
export const cifarRecordBytes = 1 + 3 * area;
const classCount = 10;

/** Throws a UserError when a batch is missing, is not made of whole records, or holds a label above 9. */
export function openCifar10(spec: Cifar10Spec): Dataset {
  const hash = createHash('sha256').update('cifar10');
  const files: { path: string; records: number }[] = [];
  const ids: string[] = [];
  const labels: number[] = [];
  for (const file of spec.files) {
    const path = locate(spec.directory, file);
    const twin = files.find(other => identityOf(other.path) === identityOf(path));
    if (twin)
      throw new UserError(
        `Cannot use CIFAR-10 in "${spec.directory}": "${file}" is the same file as "${basename(twin.path)}", whose images would count twice.`,
        'Name every batch once.',
      );
    const bytes = readBatch(path);
    const records = bytes.length / cifarRecordBytes;
    for (let i = 0; i < records; i++) {
      const label = bytes[i * cifarRecordBytes]!;
      if (label >= classCount)
        throw new UserError(
          `Cannot read "${path}" as CIFAR-10: record ${i} has the label ${label}, expected 0 to 9.`,
          'Give the binary version of CIFAR-10 (one label byte per record; CIFAR-100 has two).',
        );
      labels.push(label);
      ids.push(`${file}#${i}`);
    }
    hash.update(`\0${file}\0${bytes.length}\0`).update(bytes);
    files.push({ path, records });
  }
  return {
    kind: 'cifar10',
    spec,
    count: ids.length,
    ids,
    labels: Int32Array.from(labels),
    classes: classCount,
    classNames: null,
    classOrder: null,
    hash: hash.digest('hex'),
    description: `CIFAR-10, ${ids.length} images (${spec.files.join(', ')})`,
    notes: [],
    source: { kind: 'cifar10', files },
  };
}

/** One record of a batch. Throws when the file ends before it. */
export function loadCifarRecord(path: string, record: number): RgbImage {
  const planes = new Uint8Array(3 * area);
  const file = openSync(path, 'r');
  try {
    const read = readSync(file, planes, 0, planes.length, record * cifarRecordBytes + 1);
    if (read !== planes.length) throw new Error(`"${path}" ends in record ${record}`);
  } finally {
    closeSync(file);
  }
  const data = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) data[i * 3 + c] = planes[c * area + i]!;
  return { width: cifarSide, height: cifarSide, data };
}

function locate(directory: string, file: string): string {
  const places = [join(directory, file), join(directory, 'cifar-10-batches-bin', file)];
  const found = places.find(isNamed);
  if (found) return found;
  if (!isFolder(directory))
    throw new UserError(`Cannot open the data: there is no directory "${directory}".`, 'Check the path.');
  const python = readdirSync(directory).some(name => name === 'test_batch' || name === 'cifar-10-batches-py');
  throw new UserError(
    `Cannot open CIFAR-10 in "${directory}": expected ${file}, found ${python ? 'the Python version' : 'no such file'}.`,
    python ? 'Get the binary version (cifar-10-binary.tar.gz) and unpack it.' : 'Give the directory that holds it.',
  );
}

function readBatch(path: string): Uint8Array {
  const bytes = readBytes(path, 'the batch');
  const rest = bytes.length % cifarRecordBytes;
  if (bytes.length === 0 || rest !== 0)
    throw new UserError(
      `Cannot read "${path}" as CIFAR-10: expected whole records of ${cifarRecordBytes} bytes, found ${bytes.length} bytes` +
        `${bytes.length === 0 ? '' : ` (${rest} too many)`}.`,
      'The file is cut short or is another format; copy or download it again.',
    );
  return bytes;
}
