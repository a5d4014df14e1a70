/**
 * What lies in the class folders of a large training set, kept so that a million files are not looked at again each time. It is checked: each
 * folder by the time of its last change, which moves when a file comes or goes, and some of the files by their sizes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ListedFiles {
  /** Relative to the folder, with `/`. */
  readonly ids: readonly string[];
  readonly notes: readonly string[];
}

export interface SizedFiles extends ListedFiles {
  /** Bytes of each; null where it cannot be reached. */
  readonly sizes: readonly (number | null)[];
}

interface Kept extends SizedFiles {
  readonly version: number;
  readonly folder: string;
  /** Each class folder, and when it was last changed. */
  readonly folders: readonly (readonly [name: string, mtimeMs: number])[];
}

const version = 1;
const checkedFiles = 256;

/**
 * @param classes the folders in `folder` that are looked into
 * @param kept where such lists are kept; null to look at everything anew
 * @param list looks at everything
 */
export function listedFiles(
  folder: string,
  classes: readonly string[],
  kept: string | null,
  list: () => ListedFiles,
): SizedFiles {
  const folders = classes.map(name => [name, mtimeOf(join(folder, name))] as const);
  const path = kept === null ? null : join(kept, `${createHash('sha256').update(folder).digest('hex')}.json`);
  const known = path === null ? null : read(path);
  if (known && sameFolders(known, folder, folders) && someHold(known)) return known;
  const { ids, notes } = list();
  const found = { ids, notes, sizes: ids.map(id => sizeOf(join(folder, id))) };
  // A folder within a class may change and its class folder not know.
  const flat = ids.every(id => id.indexOf('/') === id.lastIndexOf('/'));
  if (path !== null && flat) write(path, { version, folder, folders, ...found });
  return found;
}

const mtimeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sizeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.size ?? null;

function read(path: string): Kept | null {
  try {
    const found = JSON.parse(readFileSync(path, 'utf8')) as Kept;
    return found.version === version && found.ids.length === found.sizes.length ? found : null;
  } catch {
    return null;
  }
}

const sameFolders = (known: Kept, folder: string, folders: Kept['folders']): boolean =>
  known.folder === folder && JSON.stringify(known.folders) === JSON.stringify(folders);

/** Evenly spread over the list. */
function someHold({ folder, ids, sizes }: Kept): boolean {
  const count = Math.min(checkedFiles, ids.length);
  return Array.from({ length: count }, (_, i) => Math.floor((i * ids.length) / count)).every(
    at => sizeOf(join(folder, ids[at] ?? '')) === sizes[at],
  );
}

/** What cannot be kept is looked at again next time. */
function write(path: string, kept: Kept): void {
  const half = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(half, JSON.stringify(kept));
    renameSync(half, path);
  } catch {
    rmSync(half, { force: true });
  }
}
