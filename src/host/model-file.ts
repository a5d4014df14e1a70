/** Reading a model from disk with its external data. */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { readBytes } from '../files/read.ts';
import type { Model } from '../onnx/graph.ts';
import { readModel } from '../onnx/read.ts';

export interface LoadedModel {
  /** As it was given. */
  readonly path: string;
  /** SHA-256 (hexadecimal) of the file and of every external data file it names, in the order of reading. */
  readonly sha256: string;
  readonly model: Model;
  /** The file and those of its external data. */
  readonly files: readonly string[];
}

/** SHA-256, hexadecimal. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Throws a UserError when there is no readable file at `path` or it is no model that can be worked on. */
export function loadModel(path: string): LoadedModel {
  const bytes = readBytes(path, 'the model');
  const hash = createHash('sha256').update(bytes);
  const folder = dirname(resolve(path));
  const externals = new Map<string, Uint8Array | null>();
  const files = [path];
  const external = (location: string): Uint8Array | null => {
    const known = externals.get(location);
    if (known !== undefined) return known;
    const file = externalFile(folder, location);
    const data = file === null ? null : readBytes(file, 'the data of the model');
    if (file) files.push(file);
    if (data) hash.update(data);
    externals.set(location, data);
    return data;
  };
  const model = readModel(bytes, { name: path, external });
  return { path, sha256: hash.digest('hex'), model, files };
}

/** Null when the file is missing or lies, after links are followed, outside the folder of the model. */
function externalFile(folder: string, location: string): string | null {
  try {
    const real = realpathSync(join(folder, location));
    return real.startsWith(realpathSync(folder) + sep) ? real : null;
  } catch {
    return null;
  }
}

export { readBytes, readText } from '../files/read.ts';
export { reasonOf } from '../files/reason.ts';
export { demandWritable, removeHalfWritten, writeAtomically } from '../files/write.ts';
