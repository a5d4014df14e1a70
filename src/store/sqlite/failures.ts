/** What SQLite reports, in words for the user; and which of it goes away by waiting. */
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors/user-error.ts';
import type { Patience } from '../options.ts';
import { damaged } from './damage.ts';

/** Primary result codes (sqlite.org/rescode.html): the low byte of the extended code. */
const code = {
  error: 1,
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  format: 24,
  notADatabase: 26,
} as const;

/** Statements of ours fit the tables that we make: a column that is not there is a definition that is damaged. */
const damage: ReadonlySet<number> = new Set([code.error, code.corrupt, code.tooBig, code.mismatch, code.format]);

/** Null for an error that is not SQLite's. */
export function sqliteCode(error: unknown): number | null {
  const extended = (error as { errcode?: unknown } | null)?.errcode;
  return typeof extended === 'number' ? extended & 0xff : null;
}

/** What a table does not allow. */
export const breaksConstraint = (error: unknown): boolean => sqliteCode(error) === code.constraint;

/** For readers that may not create the files that a store in WAL mode wants beside it. */
export const needsFilesBeside = (error: unknown): boolean =>
  [code.cannotOpen, code.readOnly, code.permission].some(
    known => known === (sqliteCode(error) ?? sqliteCode((error as Error).cause)),
  );

export const patience: Patience = { busyTimeoutMs: 5000, giveUpMs: 120_000 };

/**
 * Runs `work` until no other process is in its way. `action` says what would not have been done, such as
 * "store the result of trial 12", for the UserError that every failure of SQLite becomes.
 */
export async function patiently<T>(path: string, action: string, limits: Patience, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const known = sqliteCode(error);
      const busy = known === code.busy || known === code.locked;
      if (!busy || performance.now() - start > limits.giveUpMs) throw worded(error, path, action);
      // Processes that were turned away together should not come back together.
      await sleep(10 + Math.random() * 90);
    }
  }
}

/** A UserError for what SQLite or the file system may report; other errors, which are our own mistakes, as they are. */
export function worded(error: unknown, path: string, action: string): unknown {
  if (error instanceof UserError) return error;
  if (damage.has(sqliteCode(error) ?? -1)) return damaged(path, action, (error as Error).message, error);
  const told = words(sqliteCode(error), error);
  return told
    ? new UserError(`Cannot ${action} in the store "${path}": ${told[0]}.`, told[1], { cause: error })
    : error;
}

const safe = 'Everything stored before is safe';

function words(known: number | null, error: unknown): readonly [string, string] | null {
  switch (known) {
    case null:
      return (error as NodeJS.ErrnoException).syscall ? [reasonOf(error), 'Check the path and the permissions.'] : null;
    case code.full:
      return [
        'the disk is full, and nothing of it was written',
        `${safe}; free some space and run the same command again.`,
      ];
    case code.busy:
    case code.locked:
      return [
        'another process keeps it locked',
        `${safe}; end the process that holds it and run the same command again.`,
      ];
    case code.readOnly:
    case code.permission:
      return ['it may not be written to', `${safe}; make the file and its folder writable, or give another --store.`];
    case code.cannotOpen:
      return ['the file or a file beside it cannot be opened', 'Check the path, the permissions and the free space.'];
    case code.notADatabase:
      return ['the file is not an SQLite database', 'Give the path of a store, or of a file that does not exist yet.'];
    case code.inputOutput:
      return [`the disk reports an error (${reasonOf(error)})`, `Check the disk and the free space. ${safe}.`];
    default:
      return null;
  }
}

/** What the file system said, in words. */
function reasonOf(error: unknown): string {
  const system = (error as NodeJS.ErrnoException).code ?? '';
  return systemWords[system] ?? (error instanceof Error ? error.message : String(error));
}

const systemWords: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is not a directory',
  EEXIST: 'a part of the path is not a directory',
};
