/** Where bytes go that are written to a path, and what may not be written over. */
import { accessSync, constants, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { heldWork } from './held-work.ts';
import { identityOf, statOf, strangeKind } from './kind.ts';

/** A file that must stay as it is. */
export interface KeptFile {
  readonly path: string;
  /** "the model" */
  readonly what: string;
}

export interface PlaceOptions {
  /** Files that the command reads; asked for only where there is a file already. */
  readonly kept?: (() => readonly KeptFile[]) | undefined;
  /** Whether a checkpoint may be written over. */
  readonly overCheckpoint?: boolean | undefined;
  /** Whether what is written is read again from there, which only an ordinary file allows. */
  readonly readAgain?: boolean | undefined;
}

export type WritePlace =
  /** `path` is without links; `mode` is that of the file that is there, null where there is none. */
  | { readonly kind: 'file'; readonly path: string; readonly mode: number | null }
  /** Written to as it is: it cannot be replaced. */
  | { readonly kind: 'stream'; readonly to: string | number };

/**
 * Links are followed, so that they stay links.
 * @param what what is to be written ("the front")
 * @throws UserError where something else would be lost; an error of the system for a path that leads nowhere
 */
export function writePlaceOf(path: string, what: string, options: PlaceOptions = {}): WritePlace {
  const refuse = (found: string, wayOut: string): UserError =>
    new UserError(`Cannot write ${what} to "${path}": ${found}.`, wayOut);
  if (path === '') throw refuse('the name is empty', 'Give the name of a file.');
  const standard = standardStream(path);
  if (standard !== null && !options.readAgain) return { kind: 'stream', to: standard };
  const stats = statOf(path);
  const kind = stats && strangeKind(stats);
  if (kind === 'a directory') throw refuse('it is a directory', 'Give the name of a file in it.');
  if (kind === 'a named pipe (FIFO)' || kind === 'a character device') {
    if (options.readAgain) throw refuse(`it is ${kind}, and ${what} is read again from there`, 'Give a file.');
    return { kind: 'stream', to: path };
  }
  if (kind) throw refuse(`it is ${kind}`, 'Give the name of a file.');
  const end = stats ? realpathSync(path) : followed(path);
  const anotherName = 'Give the name of another file.';
  const identity = identityOf(end);
  const read = identity === null ? null : options.kept?.().find(kept => identityOf(kept.path) === identity);
  if (read) throw refuse(`it is ${read.what}, which this command reads`, anotherName);
  const held = heldWork(end);
  if (held && !(held === 'a checkpoint' && options.overCheckpoint))
    throw refuse(`${held} is there, which would be lost`, anotherName);
  if (!stats) return { kind: 'file', path: end, mode: null };
  const mode = Number(stats.mode) & 0o7777;
  // Whoever may write to the folder could replace it all the same, and root may do everything.
  if ((mode & 0o222) === 0)
    throw refuse('the file is read-only', `Give another name, or allow it: chmod u+w "${path}".`);
  accessSync(end, constants.W_OK);
  return { kind: 'file', path: end, mode };
}

/** The file that `path` names, which need not be there: the end of its links. */
export function followed(path: string): string {
  let here = resolve(path);
  // As many as Linux follows.
  for (let links = 0; links < 40; links++) {
    here = join(realFolder(dirname(here)), basename(here));
    const link = linkAt(here);
    if (link === null) return here;
    here = resolve(dirname(here), link);
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function linkAt(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Opened anew, a file behind standard output would be written from its beginning. */
function standardStream(path: string): number | null {
  const [, name, number] = /^(?:\/dev\/(stdout|stderr)|\/(?:dev|proc\/self)\/fd\/([12]))$/.exec(resolve(path)) ?? [];
  return name ? (name === 'stdout' ? 1 : 2) : number ? Number(number) : null;
}
