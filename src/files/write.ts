/** Writing a file so that a crash leaves the old one or the new; the one place where whatever a user names is written to. */
import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { followed, type PlaceOptions, writePlaceOf } from './place.ts';
import { pour } from './pour.ts';
import { reasonOf } from './reason.ts';

const temporaryOf = (path: string): string => `${path}.${randomBytes(4).toString('hex')}.tmp`;

/** Removes what processes left that were killed while they wrote `path`. Nobody else may write it now. */
export function removeHalfWritten(path: string): void {
  const end = followed(path);
  const [folder, name] = [dirname(end), basename(end)];
  for (const each of readdirSync(folder))
    if (each.startsWith(name) && /^\.[0-9a-f]{8}\.tmp$/.test(each.slice(name.length)))
      rmSync(join(folder, each), { force: true });
}

/**
 * Writes through links, which stay; a file is replaced by a temporary one of the same folder, a device or a pipe is written to.
 * @throws UserError when something else would be lost, or there is no room: what was there stays
 */
export function writeAtomically(
  path: string,
  bytes: Uint8Array | string,
  what: string,
  options: PlaceOptions = {},
): void {
  const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  wordedFor(path, what, () => {
    const place = writePlaceOf(path, what, options);
    if (place.kind === 'stream') pour(place.to, data);
    else replace(place.path, data, place.mode);
  });
}

function replace(path: string, data: Uint8Array, mode: number | null): void {
  const temporary = temporaryOf(path);
  try {
    const file = openSync(temporary, 'wx');
    try {
      if (mode !== null) fchmodSync(file, mode);
      for (let offset = 0; offset < data.length; ) offset += writeSync(file, data, offset, data.length - offset);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Throws the UserError of `writeAtomically` before the work whose result is to be written there. */
export function demandWritable(path: string, what: string, options: PlaceOptions = {}): void {
  wordedFor(path, what, () => {
    const place = writePlaceOf(path, what, options);
    if (place.kind === 'stream') return;
    const probe = temporaryOf(place.path);
    try {
      closeSync(openSync(probe, 'wx'));
    } finally {
      rmSync(probe, { force: true });
    }
  });
}

function wordedFor(path: string, what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `Cannot write ${what} to "${path}": ${reasonOf(error)}.`,
      'Free some space or choose a folder that exists and can be written to.',
      { cause: error },
    );
  }
}
