/** What the place of a store looks like decides how it is kept. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors/user-error.ts';
import { withoutPasswords } from './without-passwords.ts';

/** A store that is one SQLite file. */
export interface FilePlace {
  readonly kind: 'sqlite';
  readonly file: string;
}

/** A store that is a PostgreSQL database. The URL may hold a password: it is only for opening. */
export interface DatabasePlace {
  readonly kind: 'postgres';
  readonly url: string;
}

export type StorePlace = FilePlace | DatabasePlace;

/**
 * A path or a `file:` URL is a file, and `postgres://` or `postgresql://` a database. Throws a UserError for any other URL, without the
 * password that may be in it.
 *
 * A file whose own name looks like a URL is meant by `./` before it.
 */
export function storePlaceOf(place: string): StorePlace {
  if (/^file:/i.test(place)) return { kind: 'sqlite', file: fileOf(place) };
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(place)?.[1]?.toLowerCase();
  if (scheme === undefined) return { kind: 'sqlite', file: place };
  if (scheme === 'postgres' || scheme === 'postgresql') return { kind: 'postgres', url: urlOf(place, scheme) };
  throw new UserError(
    `Cannot open the store "${place.replace(/\/\/[^/]*@/, '//')}": expected a file or a PostgreSQL database, ` +
      `found a URL of the scheme "${scheme}".`,
    'Give a path, or a URL such as postgres://me@host/studies, with --store.',
  );
}

/** The place as it may be shown and stored: without the password. */
export const shownPlace = withoutPasswords;

/** The file of the store; undefined where it is none. */
export function fileOfStore(place: string): string | undefined {
  const found = storePlaceOf(place);
  return found.kind === 'sqlite' ? found.file : undefined;
}

/** The folder that relative paths of a study may be meant from; of a database it is the working directory. */
export function folderOfStore(place: string): string {
  const file = fileOfStore(place);
  return file === undefined ? '.' : dirname(file);
}

function urlOf(place: string, scheme: string): string {
  const url = scheme + place.slice(scheme.length);
  try {
    const { hostname, pathname, searchParams } = new URL(url);
    if (pathname.length < 2) throw new Error('it names no database');
    if (hostname === '' && !searchParams.has('host')) throw new Error('it names no host');
    return url;
  } catch (error) {
    // A URL that cannot be read as one is shown as little as possible: where its password ends is not known.
    const reason =
      (error as NodeJS.ErrnoException).code === 'ERR_INVALID_URL' ? 'it is no URL' : (error as Error).message;
    throw new UserError(
      `Cannot open the store "${shownPlace(url)}": ${reason}.`,
      'Give it as postgres://USER@HOST:PORT/DATABASE. In a password, write other signs than letters and digits as %XX.',
    );
  }
}

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
