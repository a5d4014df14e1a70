/** The order of a network's outputs: from the name of a class to its index. */
import { basename, dirname, join } from 'node:path';
import { isNamed } from '../files/kind.ts';
import { readText } from '../files/read.ts';
import { linesOf } from '../files/text.ts';

export interface ClassOrder {
  readonly file: string;
  /** Whether the user named the file, or it was found beside the images. */
  readonly given: boolean;
  readonly length: number;
  /** The index of a class by WordNet id, whole line, or name; undefined when the list does not hold it. */
  readonly index: ReadonlyMap<string, number>;
}

/** File names under which lists of classes are looked for. */
export const usualClassLists = [
  'classes.txt',
  'synset_words.txt',
  'imagenet-synset_words.txt',
  'LOC_synset_mapping.txt',
  'imagenet_synset_words.txt',
  'imagenet_lsvrc_2015_synsets.txt',
];

const wordNetId = /^n\d{8}$/;
export const isWordNetId = (name: string): boolean => wordNetId.test(name);

/** One class per line: `name`, `n01440764`, or `n01440764 tench, Tinca tinca`. Throws a UserError when it cannot be read. */
export function readClassOrder(file: string, given: boolean): ClassOrder {
  const lines = linesOf(readText(file, 'the list of classes'))
    .map(line => line.trim())
    .filter(line => line !== '');
  const index = new Map<string, number>();
  const add = (name: string | undefined, at: number): void => {
    if (name && !index.has(name)) index.set(name, at);
  };
  // Whole lines and ids first: a name of one class may be a synonym of another.
  for (const [at, line] of lines.entries()) add(line, at);
  for (const [at, line] of lines.entries()) {
    const [first = '', ...rest] = line.split(/[\s,]+/);
    if (!isWordNetId(first)) continue;
    add(first, at);
    add(rest.length > 0 ? line.slice(first.length).replace(/^[\s,]+/, '') : undefined, at);
  }
  return { file, given, length: lines.length, index };
}

/** A list of classes under one of its usual names in the directory or in the one above it; null when there is none. */
export function findClassOrder(directory: string): ClassOrder | null {
  for (const folder of [directory, dirname(directory)])
    for (const name of usualClassLists) {
      const file = join(folder, name);
      if (isNamed(file)) return readClassOrder(file, false);
    }
  return null;
}

export const orderName = (order: ClassOrder): string => `"${basename(order.file)}" (${order.length} classes)`;
