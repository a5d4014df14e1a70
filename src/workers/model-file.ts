/** Reading a model from disk with its external data, and writing one so that a crash leaves the old file or the new. */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import type { Model } from '../onnx/graph.ts';
import { readModel } from '../onnx/read.ts';

export interface LoadedModel {
  /** As it was given. */
  readonly path: string;
  /** SHA-256 (hexadecimal) of the file and of every external data file it names, in the order of reading. */
  readonly sha256: string;
  readonly model: Model;
}

/** SHA-256, hexadecimal. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Throws a UserError when there is no readable file at `path` or it is no model that can be worked on. */
export function loadModel(path: string): LoadedModel {
  const bytes = readBytes(path, 'the model');
  const hash = createHash('sha256').update(bytes);
  const folder = dirname(resolve(path));
  const externals = new Map<string, Uint8Array | null>();
  const external = (location: string): Uint8Array | null => {
    const known = externals.get(location);
    if (known !== undefined) return known;
    const data = readExternal(folder, location);
    if (data) hash.update(data);
    externals.set(location, data);
    return data;
  };
  const model = readModel(bytes, { name: path, external });
  return { path, sha256: hash.digest('hex'), model };
}

/** Null when the file is missing or lies, after links are followed, outside the folder of the model. */
function readExternal(folder: string, location: string): Uint8Array | null {
  try {
    const real = realpathSync(join(folder, location));
    const inside = real.startsWith(realpathSync(folder) + sep);
    return inside ? readFileSync(real) : null;
  } catch {
    return null;
  }
}

/** Reads a file that the user named; `what` says what it was to be ("the model"). */
export function readBytes(path: string, what: string): Uint8Array {
  try {
    if (statSync(path).isDirectory()) {
      throw new UserError(
        `Cannot read ${what} "${path}": expected a file, found a directory.`,
        'Give the path of the file in it.',
      );
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Cannot read ${what} "${path}": ${reasonOf(error)}.`, 'Check the path and the permissions.', {
      cause: error,
    });
  }
}

export const readText = (path: string, what: string): string => new TextDecoder().decode(readBytes(path, what));

const temporaryOf = (path: string): string => `${path}.${randomBytes(4).toString('hex')}.tmp`;

/** Removes what processes left that were killed while they wrote `path`. Nobody else may write it now. */
export function removeHalfWritten(path: string): void {
  const [folder, name] = [dirname(path), basename(path)];
  for (const each of readdirSync(folder))
    if (each.startsWith(name) && /^\.[0-9a-f]{8}\.tmp$/.test(each.slice(name.length)))
      rmSync(join(folder, each), { force: true });
}

/** Writes through a temporary file in the same folder; a full disk is a UserError and leaves what was there. */
export function writeAtomically(path: string, bytes: Uint8Array | string, what: string): void {
  const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  const temporary = temporaryOf(path);
  try {
    const file = openSync(temporary, 'wx');
    try {
      for (let offset = 0; offset < data.length; ) offset += writeSync(file, data, offset, data.length - offset);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw notWritten(path, what, error);
  }
}

/** Throws the UserError of `writeAtomically` before the work whose result is to be written there. */
export function demandWritable(path: string, what: string): void {
  const probe = temporaryOf(path);
  try {
    closeSync(openSync(probe, 'wx'));
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
      throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  } catch (error) {
    throw notWritten(path, what, error);
  } finally {
    rmSync(probe, { force: true });
  }
}

const notWritten = (path: string, what: string, error: unknown): UserError =>
  new UserError(
    `Cannot write ${what} to "${path}": ${reasonOf(error)}.`,
    'Free some space or choose a folder that exists and can be written to.',
    { cause: error },
  );

/** What the system said, in words. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return (code && words[code]) ?? (error instanceof Error ? error.message : String(error));
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  EFBIG: 'the file is too large',
  ERR_FS_FILE_TOO_LARGE: 'the file is larger than 2 GiB',
};
