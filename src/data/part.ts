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
    source: sourceAt(all.source, positions),
  };
}

/** What lies at `positions` of a source of files. */
export function sourceAt(source: ImageSource, positions: Int32Array | readonly number[]): ImageSource {
  const pick = <T>(list: readonly T[]): T[] => Array.from(positions, at => list[at]!);
  if (source.kind === 'folder') return { kind: 'folder', paths: pick(source.paths) };
  if (source.kind === 'slices') return { kind: 'slices', slices: pick(source.slices) };
  if (source.kind !== 'cifar10') throw new Error('only images in files are divided');
  return { ...source, chosen: source.chosen ? pick(source.chosen) : Array.from(positions) };
}
