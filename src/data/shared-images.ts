/** Whether two sets of images hold the same files. */
import { identityOf } from '../files/kind.ts';
import type { Dataset, ImageSource } from './dataset.ts';
import type { Slice } from './shards.ts';
import type { TensorPlace } from './tensors/arrays.ts';

/**
 * How many images of `one` come from a file that `other` reads as well, whatever links lead there; those that are drawn are
 * shared when seed and split are.
 */
export function sharedImages({ source: one }: Dataset, { source: other }: Dataset): number {
  switch (one.kind) {
    case 'cifar10': {
      const read = new Set(other.kind === 'cifar10' ? recordsOf(other) : []);
      return recordsOf(one).filter(record => read.has(record)).length;
    }
    case 'folder': {
      if (other.kind !== 'folder') return 0;
      const read = new Set(other.paths.map(fileOf));
      return one.paths.reduce((sum, path) => sum + (read.has(fileOf(path)) ? 1 : 0), 0);
    }
    case 'slices': {
      const read = new Set(other.kind === 'slices' ? placesOf(other.slices) : []);
      return placesOf(one.slices).filter(place => read.has(place)).length;
    }
    case 'tensors': {
      const read = new Set(other.kind === 'tensors' ? other.inputs.flatMap(({ items }) => items.map(keyOf)) : []);
      return one.inputs[0]?.items.filter(item => read.has(keyOf(item))).length ?? 0;
    }
    case 'shapes':
      return other.kind === 'shapes' && other.seed === one.seed && other.split === one.split
        ? Math.min(one.count, other.count)
        : 0;
    default:
      return one satisfies never;
  }
}

function recordsOf({ files, chosen }: Extract<ImageSource, { readonly kind: 'cifar10' }>): string[] {
  const all = files.flatMap(({ path, records }) => {
    const file = fileOf(path);
    return Array.from({ length: records }, (_, record) => `${file}#${record}`);
  });
  return chosen ? chosen.map(at => all[at] ?? '') : all;
}

/** Archives hold many images, and each is looked at once. */
function placesOf(slices: readonly Slice[]): string[] {
  const files = new Map([...new Set(slices.map(({ path }) => path))].map(path => [path, fileOf(path)]));
  return slices.map(({ path, offset }) => `${files.get(path)}#${offset}`);
}

const keyOf = ({ path, start }: TensorPlace): string => `${fileOf(path)}#${start}`;

const fileOf = (path: string): string => identityOf(path) ?? path;
