/** Files that hold hours of work, told by how they begin: nothing is written over them by the way. */
import { closeSync, openSync, readSync } from 'node:fs';
import { statOf } from './kind.ts';

/** The first bytes of a checkpoint of a training. */
export const checkpointSignature = new TextEncoder().encode('RFTRAIN\n');
const sqliteSignature = new TextEncoder().encode('SQLite format 3\0');

/** What is kept at `path`, or belongs to what is kept beside it, in words; null for anything else. */
export function heldWork(path: string): 'an SQLite store' | 'a part of an SQLite store' | 'a checkpoint' | null {
  const [, base] = /^(.*)-(?:wal|shm|journal)$/s.exec(path) ?? [];
  if (base !== undefined && beginsWith(base, sqliteSignature)) return 'a part of an SQLite store';
  if (beginsWith(path, sqliteSignature)) return 'an SQLite store';
  return beginsWith(path, checkpointSignature) ? 'a checkpoint' : null;
}

function beginsWith(path: string, signature: Uint8Array): boolean {
  if (!statOf(path)?.isFile()) return false;
  const found = new Uint8Array(signature.length);
  const file = openSync(path, 'r');
  try {
    return readSync(file, found) === signature.length && found.every((byte, i) => byte === signature[i]);
  } finally {
    closeSync(file);
  }
}
