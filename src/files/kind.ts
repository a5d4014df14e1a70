/** What lies at a path: only ordinary files are read, since a pipe may wait for ever and a device may never end. */
import { type BigIntStats, lstatSync, realpathSync, type Stats, statSync } from 'node:fs';

/** The kind in words, or null for an ordinary file. */
export function strangeKind(stats: Stats | BigIntStats): string | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a named pipe (FIFO)';
  if (stats.isCharacterDevice()) return 'a character device';
  if (stats.isBlockDevice()) return 'a block device';
  if (stats.isSocket()) return 'a socket';
  return 'something that is no file';
}

/** Links are followed. Null where there is nothing. Throws what the system says of a path that cannot be looked at. */
export const statOf = (path: string): BigIntStats | null =>
  statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;

/** The same for two names of one file, whichever links lead to it. Null where there is nothing that can be looked at. */
export function identityOf(path: string): string | null {
  try {
    const stats = statOf(path);
    return stats && identityOfStats(stats, path);
  } catch {
    return null;
  }
}

/** Some network drives number no files: there the path without links stands for the file. */
export const identityOfStats = ({ dev, ino }: BigIntStats, path: string): string =>
  ino === 0n ? realpathSync(path) : `${dev}:${ino}`;

/** Whether a file has that name, were it a link that leads nowhere; a folder is none. */
export function isNamed(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  return entry !== undefined && !(entry.isSymbolicLink() ? isFolder(path) : entry.isDirectory());
}

/** Links are followed. */
export function isFolder(path: string): boolean {
  try {
    return statOf(path)?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
