/** Reading a file that the user named. */
import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { UserError } from '../errors/user-error.ts';
import { statOf, strangeKind } from './kind.ts';
import { reasonOf } from './reason.ts';
import { textOf } from './text.ts';

/**
 * @param what what the file was to be ("the model")
 * @throws UserError where there is no file, none that may be read, or no ordinary one
 */
export function readBytes(path: string, what: string): Uint8Array {
  try {
    const stats = statOf(path);
    const kind = stats && strangeKind(stats);
    if (!kind) return readFileSync(path);
    throw new UserError(
      `Cannot read ${what} "${path}": expected a file, found ${kind}.`,
      kind === 'a directory' ? 'Give the path of the file in it.' : 'Save what it delivers in a file, and give that.',
    );
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`Cannot read ${what} "${path}": ${reasonOf(error)}.`, 'Check the path and the permissions.', {
      cause: error,
    });
  }
}

/** Throws a UserError as `readBytes` does. */
export const readText = (path: string, what: string): string => textOf(readBytes(path, what));

/** One of many files of a folder. Rejects with what is wrong with it. */
export async function readOrdinary(path: string): Promise<Uint8Array> {
  const kind = strangeKind(await stat(path));
  if (kind) throw new Error(`it is ${kind}`);
  return readFile(path);
}
