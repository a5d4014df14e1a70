/**
 * Where files that nobody needs afterwards are written. The name of a folder says which process made it, so that the next one on this machine
 * can sweep up after a process that was killed.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { reasonOf } from './model-file.ts';
import { currentOwner, type Owner, processNamespace, startTimeOf } from './process-identity.ts';

export interface ScratchFolder {
  readonly path: string;
  /** Takes it away with all that is in it; a second call is harmless. */
  readonly remove: () => void;
}

const short = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);
const start = ({ startTime, bootId }: Pick<Owner, 'startTime' | 'bootId'>): string => short(`${bootId}\n${startTime}`);
const named = /^rankfront-scratch-([0-9a-f]{16})-(\d+)-([0-9a-f]{16})-[A-Za-z0-9]{6}$/;

/** A folder of this process, in that of RANKFRONT_SCRATCH or of the system. It is removed at the latest when the process ends. */
export function scratchFolder(): ScratchFolder {
  const parent = process.env.RANKFRONT_SCRATCH || tmpdir();
  const me = currentOwner();
  const place = short(processNamespace());
  try {
    mkdirSync(parent, { recursive: true });
    sweep(parent, place, me);
    const path = mkdtempSync(join(parent, `rankfront-scratch-${place}-${me.pid}-${start(me)}-`));
    const remove = (): void => {
      process.off('exit', remove);
      discard(path);
    };
    process.once('exit', remove);
    return { path, remove };
  } catch (error) {
    throw new UserError(
      `Cannot make a folder for temporary files in "${parent}": ${reasonOf(error)}.`,
      'Point RANKFRONT_SCRATCH to a folder that can be written.',
      { cause: error },
    );
  }
}

/** Removes what processes of this machine left that were killed. Others may do the same at this moment, which is as good. */
function sweep(parent: string, place: string, me: Owner): void {
  for (const name of readdirSync(parent)) {
    const [, where, pid, began] = named.exec(name) ?? [];
    if (where !== place || isAtWork(Number(pid), began ?? '', me)) continue;
    const path = join(parent, name);
    if (isMine(path)) discard(path);
  }
}

/** Where it cannot be told when the process of that id began, it counts as the one that made the folder. */
function isAtWork(pid: number, began: string, { bootId }: Owner): boolean {
  const startTime = startTimeOf(pid);
  return startTime !== null && (startTime === '' || start({ startTime, bootId }) === began);
}

/** A folder of this user, and no link to one. */
function isMine(path: string): boolean {
  try {
    const { uid } = lstatSync(path);
    return lstatSync(path).isDirectory() && (process.getuid === undefined || uid === process.getuid());
  } catch {
    return false;
  }
}

/** What cannot be removed now (a child that dies more slowly still writes there) is left to the next sweep. */
function discard(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  } catch {
    // It is in nobody's way.
  }
}
