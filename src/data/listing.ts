/** The images below a folder, every file once, whatever the links. */
import { type Dirent, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { identityOfStats, statOf, strangeKind } from '../files/kind.ts';
import { reasonOf } from '../files/reason.ts';
import { foreignExtension, isImageName } from './image-names.ts';

/** A further name of a file or folder that is listed under another one. All names are relative, with `/`. */
export interface Twin {
  readonly name: string;
  readonly of: string;
  readonly kind: 'file' | 'folder';
  /** Whether `of` is where it lies and `name` only leads there by a link; otherwise neither comes first. */
  readonly byLink: boolean;
}

export interface Listing {
  /** One name of every image, by code unit as Python's `sorted`; that of its place, where it lies in the folder. */
  readonly files: readonly string[];
  readonly twins: readonly Twin[];
  /** Links that lead back to a folder they are in. */
  readonly loops: readonly string[];
  /** Other links that lead nowhere; those named as images are listed. */
  readonly broken: readonly string[];
  /** Names of images that are no ordinary files, with what they are. */
  readonly strange: readonly string[];
  /** How many images are not read, by extension. */
  readonly foreign: ReadonlyMap<string, number>;
  /** The one name of the file that a path leads to; undefined where it is no image of this folder. */
  readonly nameOf: (path: string) => string | undefined;
}

interface Found {
  readonly name: string;
  /** Whether a link is on the way. */
  readonly linked: boolean;
}

/**
 * Hidden files are left out. Images that cannot be reached are listed, so that decoding can name them.
 * @param enter which folders are looked into
 * @throws UserError when a folder cannot be read
 */
export function listImages(directory: string, enter: (folder: string) => boolean = () => true): Listing {
  const folders = new Map<string, Found>();
  const files = new Map<string, Found[]>();
  const twins: Twin[] = [];
  const loops: string[] = [];
  const broken: string[] = [];
  const strange: string[] = [];
  const foreign = new Map<string, number>();
  /** Links to folders, which are followed when everything that lies here is known. */
  let links: string[] = [];

  const walk = (folder: Found): void => {
    const place = join(directory, folder.name);
    const stats = statOf(place);
    const identity = stats ? identityOfStats(stats, place) : place;
    const before = folders.get(identity);
    if (before?.name === '') loops.push(folder.name);
    else if (before)
      twins.push({ name: folder.name, of: before.name, kind: 'folder', byLink: folder.linked && !before.linked });
    if (before) return;
    folders.set(identity, folder);
    for (const entry of entriesOf(place)) {
      if (entry.name.startsWith('.')) continue;
      visit(entry, { name: folder.name ? `${folder.name}/${entry.name}` : entry.name, linked: folder.linked });
    }
  };

  const visit = (entry: Dirent, { name, linked }: Found): void => {
    const isLink = entry.isSymbolicLink();
    const path = join(directory, name);
    const stats = reached(path);
    if (stats?.isDirectory()) {
      if (!enter(name)) return;
      if (isLink) links.push(name);
      else walk({ name, linked });
      return;
    }
    const extension = foreignExtension(name);
    if (extension) foreign.set(extension, (foreign.get(extension) ?? 0) + 1);
    if (!isImageName(name)) {
      if (!stats && isLink) broken.push(name);
      return;
    }
    const kind = stats && strangeKind(stats);
    if (kind) {
      strange.push(`${name} is ${kind}`);
      return;
    }
    const identity = stats ? identityOfStats(stats, path) : path;
    const found = { name, linked: linked || isLink };
    const others = files.get(identity);
    if (others) others.push(found);
    else files.set(identity, [found]);
  };

  walk({ name: '', linked: false });
  while (links.length > 0) {
    const now = links;
    links = [];
    for (const name of now) {
      if (leadsBack(directory, name)) loops.push(name);
      else walk({ name, linked: true });
    }
  }

  const first = new Map<string, string>();
  for (const [identity, [one, ...others]] of files) {
    const kept = [one!, ...others].sort(byPlace)[0]!;
    first.set(identity, kept.name);
    for (const other of [one!, ...others])
      if (other !== kept)
        twins.push({ name: other.name, of: kept.name, kind: 'file', byLink: other.linked && !kept.linked });
  }
  const nameOf = (path: string): string | undefined => {
    const stats = reached(path);
    return stats ? first.get(identityOfStats(stats, path)) : undefined;
  };
  return { files: [...first.values()].sort(), twins: twins.sort(byName), loops, broken, strange, foreign, nameOf };
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
const byPlace = (a: Found, b: Found): number => Number(a.linked) - Number(b.linked) || byName(a, b);

/** Null for what a link leads to in vain, or must not be looked at. */
function reached(path: string): ReturnType<typeof statOf> {
  try {
    return statOf(path);
  } catch {
    return null;
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort(byName);
  } catch (error) {
    throw new UserError(
      `Cannot open the data: "${folder}" is no directory that can be read (${reasonOf(error)}).`,
      'Check the path and its permissions.',
      { cause: error },
    );
  }
}

/** Whether the link `name` leads to a folder that it lies in, however far above. */
function leadsBack(directory: string, name: string): boolean {
  const target = realpathSync(join(directory, name));
  const folder = realpathSync(dirname(join(directory, name)));
  return folder === target || folder.startsWith(target.endsWith(sep) ? target : target + sep);
}
