/** Images in class folders: one class each, also where links give a file several names. */
import { UserError } from '../errors/user-error.ts';
import { isWordNetId } from './class-order.ts';
import type { Listing, Twin } from './listing.ts';
import { imagesAre, pairs, twinNote } from './listing-notes.ts';

export interface Labelled {
  /** Relative to the directory, with `/`. */
  readonly files: readonly string[];
  readonly labels: Int32Array | null;
  readonly classNames: readonly string[] | null;
  readonly how: string;
  readonly notes: readonly string[];
}

const folderOf = (image: string): string => (image.includes('/') ? image.split('/')[0]! : '');

/** @throws UserError where images lie beside the folders, or a class has no image that is its own */
export function byFolders(directory: string, listing: Listing): Labelled {
  const { files, notes } = ofOneClass(directory, listing);
  const names = [...new Set(files.map(folderOf))].sort();
  if (names.length === 1 && !isWordNetId(names[0]!))
    return { files, labels: null, classNames: null, how: 'without labels', notes };
  if (names[0] === '') {
    const loose = files.filter(image => !image.includes('/'));
    throw new UserError(
      `Cannot tell the classes in "${directory}": there are class folders, and ${loose.length} images beside them (${loose[0]}).`,
      'Move those images into a folder, or write a labels.csv with file,label per line.',
    );
  }
  // Folders named by numbers mean outputs: "10" is the eleventh, not the third after "0" and "1".
  const numbers = names.every(name => /^\d+$/.test(name));
  const index = new Map(names.map((name, at) => [name, numbers ? Number(name) : at]));
  return {
    files,
    labels: Int32Array.from(files, image => index.get(folderOf(image))!),
    classNames: numbers ? null : names,
    how: `${names.length} class folders`,
    notes,
  };
}

/**
 * A file has the class of the folder that it lies in, whatever links to it. Where nothing but links, or several names without one,
 * put it in two classes, it has none.
 */
export function ofOneClass(
  directory: string,
  { files, twins }: Pick<Listing, 'files' | 'twins'>,
): { readonly files: readonly string[]; readonly notes: readonly string[] } {
  // Loose images have no classes.
  if (files.some(file => folderOf(file) === '')) return { files, notes: twinNote(twins) };
  const across = twins.filter(({ name, of, kind }) => classOf(name, kind) !== classOf(of, kind));
  const doubtful = across.filter(({ byLink }) => !byLink);
  const out = new Set<string>();
  for (const { of, kind } of doubtful)
    if (kind === 'file') out.add(of);
    else for (const file of files) if (file.startsWith(`${of}/`)) out.add(file);
  const kept = files.filter(file => !out.has(file));
  demandClasses(directory, kept, across);
  const notes = [
    ...twinNote(twins.filter(twin => !doubtful.includes(twin))),
    ...(out.size > 0 ? [`${imagesAre(out.size)} left out, being in two classes by links: ${pairs(doubtful)}.`] : []),
  ];
  return { files: kept, notes };
}

/** A folder that is a class itself has no slash yet. */
const classOf = (name: string, kind: Twin['kind']): string => folderOf(kind === 'folder' ? `${name}/` : name);

/** Without its images a class would be missing, and those after it would stand for other outputs. */
function demandClasses(directory: string, kept: readonly string[], across: readonly Twin[]): void {
  const classes = new Set(kept.map(folderOf));
  const lost = across.flatMap(twin => [twin.name, twin.of].map(name => ({ twin, folder: classOf(name, twin.kind) })));
  const first = lost.find(({ folder }) => !classes.has(folder));
  if (!first) return;
  throw new UserError(
    `Cannot tell the classes in "${directory}": every image of "${first.folder}" is in another class too (${pairs([first.twin])}).`,
    'Remove the links of one of the two, or write a labels.csv with file,label per line.',
  );
}
