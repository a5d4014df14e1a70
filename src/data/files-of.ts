/** The files that a dataset is read from. */
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isFolder, isNamed } from '../files/kind.ts';
import { usualClassLists } from './class-order.ts';
import { truthFiles } from './ground-truth.ts';
import { usualLabelFiles } from './label-file.ts';
import { listImages } from './listing.ts';
import { shardsOf } from './shards.ts';
import { type DataSpec, parseDataSpec } from './spec.ts';

/** @param given what `--data` takes; where it cannot be used, that is for others to say */
export function filesOfData(given: string): string[] {
  try {
    return [...(isNamed(given) ? [given] : []), ...filesOfSpec(parseDataSpec(given))];
  } catch {
    return [];
  }
}

function filesOfSpec(spec: DataSpec): string[] {
  switch (spec.kind) {
    case 'shapes':
      return [];
    case 'cifar10':
      return [spec.directory, join(spec.directory, 'cifar-10-batches-bin')].flatMap(folder =>
        namesIn(folder)
          .filter(name => name.endsWith('.bin') || spec.files.includes(name))
          .map(name => join(folder, name)),
      );
    case 'folder':
    case 'imagenet': {
      const lists = [...usualLabelFiles, ...usualClassLists, ...truthFiles].flatMap(name =>
        [spec.directory, dirname(spec.directory)].map(folder => join(folder, name)),
      );
      const named = spec.kind === 'folder' ? [spec.labels, spec.classes].filter(file => file !== null) : [];
      const images = listImages(spec.directory).files.map(file => join(spec.directory, file));
      const shards =
        spec.kind === 'folder' ? [] : [...shardsOf(spec.directory, 'train'), ...shardsOf(spec.directory, 'validation')];
      return [...named, ...lists.filter(isNamed), ...images, ...shards];
    }
    case 'npy':
    case 'npz':
    case 'module':
      return isFolder(spec.directory)
        ? readdirSync(spec.directory, { recursive: true, encoding: 'utf8' }).map(name => join(spec.directory, name))
        : [spec.directory];
    default:
      return spec satisfies never;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
