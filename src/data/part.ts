/** Some of the images of a dataset, as a dataset. */
import { createHash } from 'node:crypto';
import type { Dataset, ImageSource } from './dataset.ts';

/**
 * The images at `positions`, ascending.
 *
 * @param part what they are for, in words: `training`
 */
export function partOf(all: Dataset, positions: Int32Array, part: string): Dataset {
  const pick = <T>(list: readonly T[]): T[] => Array.from(positions, at => list[at]!);
  return {
    ...all,
    count: positions.length,
    ids: pick(all.ids),
    labels: all.labels && positions.map(at => all.labels![at]!),
    hash: createHash('sha256').update(`${all.hash}\0${positions.join()}`).digest('hex'),
    description: `${positions.length} ${part} images of ${all.description}`,
    source: sourceOf(all.source, positions),
  };
}

function sourceOf(source: ImageSource, positions: Int32Array): ImageSource {
  if (source.kind === 'folder') return { kind: 'folder', paths: Array.from(positions, at => source.paths[at]!) };
  if (source.kind !== 'cifar10') throw new Error('only images in files are divided');
  const before = source.chosen;
  return { ...source, chosen: Array.from(positions, at => (before ? before[at]! : at)) };
}
