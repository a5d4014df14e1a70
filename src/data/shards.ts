/** ImageNet in tar shards, as WebDataset has it: KEY.jpg beside KEY.cls, which holds the index of the class. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors/user-error.ts';
import { isImageName } from './image-names.ts';
import { type TarMember, tarMembers } from './tar.ts';

/** Bytes within a file. */
export interface Slice {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface Sharded {
  /** SHARD/KEY.jpg, in the order of the shards. */
  readonly ids: readonly string[];
  /** The indices in the files. */
  readonly labels: Int32Array;
  readonly slices: readonly Slice[];
  readonly notes: readonly string[];
}

/** The archives of a split: in a folder of its name, or named after it; in order. */
export function shardsOf(directory: string, split: 'train' | 'validation'): string[] {
  const names = split === 'train' ? ['train'] : ['val', 'validation'];
  const within = names.flatMap(name => tarsIn(join(directory, name)));
  if (within.length > 0) return within;
  return tarsIn(directory).filter(path =>
    names.some(name => new RegExp(`(^|[^a-z])${name}([^a-z]|$)`).test(baseOf(path))),
  );
}

const baseOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

function tarsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => name.endsWith('.tar'))
      .sort()
      .map(name => join(folder, name));
  } catch {
    return [];
  }
}

/** @throws UserError for an archive that cannot be read, or in which no image has a class */
export function readShards(shards: readonly string[]): Sharded {
  const ids: string[] = [];
  const labels: number[] = [];
  const slices: Slice[] = [];
  let unlabelled = 0;
  for (const path of shards) {
    const members = tarMembers(path);
    const classes = classesIn(path, members);
    for (const { name, offset, bytes } of members) {
      if (!isImageName(name)) continue;
      const label = classes.get(keyOf(name));
      if (label === undefined) unlabelled++;
      else {
        ids.push(`${baseOf(path)}/${name}`);
        labels.push(label);
        slices.push({ path, offset, bytes });
      }
    }
  }
  if (ids.length === 0)
    throw new UserError(
      `Cannot use "${shards[0]}": ${unlabelled === 0 ? 'there is no image in it' : `none of its ${unlabelled} images has a class (KEY.cls)`}.`,
      'Give shards in the form of WebDataset: KEY.jpg beside KEY.cls.',
    );
  const notes = unlabelled === 0 ? [] : [`${unlabelled} images in the shards have no KEY.cls and are left out.`];
  return { ids, labels: Int32Array.from(labels), slices, notes };
}

/** Up to the first dot behind the last slash, as WebDataset splits names. */
const keyOf = (name: string): string => {
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  return dot < 0 ? name : name.slice(0, dot);
};

function classesIn(path: string, members: readonly TarMember[]): Map<string, number> {
  const classes = new Map<string, number>();
  const file = openSync(path, 'r');
  try {
    for (const { name, offset, bytes } of members) {
      if (!name.endsWith('.cls')) continue;
      const text = Buffer.alloc(Math.min(bytes, 16));
      readSync(file, text, 0, text.length, offset);
      const label = text.toString().trim();
      if (/^\d{1,7}$/.test(label)) classes.set(keyOf(name), Number(label));
    }
  } finally {
    closeSync(file);
  }
  return classes;
}
