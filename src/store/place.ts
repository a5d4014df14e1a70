/** What the place of a store looks like decides how it is kept. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors/user-error.ts';

/** A store that is one SQLite file. Other kinds come here when there are any. */
export interface FilePlace {
  readonly kind: 'sqlite';
  readonly file: string;
}

export type StorePlace = FilePlace;

/**
 * A path or a `file:` URL is a file. Throws a UserError for any other URL, without the password that may be in it.
 *
 * A file whose own name looks like a URL is meant by `./` before it.
 */
export function storePlaceOf(place: string): StorePlace {
  if (/^file:/i.test(place)) return { kind: 'sqlite', file: fileOf(place) };
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'sqlite', file: place };
  const wayOut = 'Give the path of a file with --store.';
  if (scheme === 'postgres' || scheme === 'postgresql')
    throw new UserError(
      `Cannot keep studies in the PostgreSQL database "${withoutPassword(place)}": this version keeps them in SQLite files.`,
      wayOut,
    );
  throw new UserError(
    `Cannot open the store "${withoutPassword(place)}": expected the path of a file, found a URL of the scheme "${scheme}".`,
    wayOut,
  );
}

/** The folder that relative paths of a study may be meant from. */
export const folderOfStore = (place: string): string => dirname(storePlaceOf(place).file);

/** `file:name` and `file:./name` are relative, as SQLite itself takes them; two or more slashes make a URL of it. */
function fileOf(place: string): string {
  try {
    const rest = place.slice('file:'.length);
    if (/[?#]/.test(rest)) throw new Error('nothing may follow the path');
    return rest.startsWith('/') ? fileURLToPath(place) : decodeURIComponent(rest);
  } catch (error) {
    throw new UserError(
      `Cannot open the store "${place}": it is no URL of a file (${(error as Error).message}).`,
      'Give a path, or a URL such as file:///home/me/studies.sqlite.',
    );
  }
}

const withoutPassword = (url: string): string => url.replace(/\/\/[^/]*@/, '//');
