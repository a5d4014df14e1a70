/** A small part of a dataset, for a first look at a network. */
import { createHash } from 'node:crypto';
import type { Dataset } from './dataset.ts';
import { sourceAt } from './part.ts';

/**
 * At most `wanted` images, evenly spread over the dataset: its neighbours may be of one class. Images that are cheap to decode stay
 * all, so that what is prepared for them serves a search too.
 */
export function fewOf(dataset: Dataset, wanted: number): Dataset {
  const { count, source, ids, labels, hash } = dataset;
  if (count <= wanted || (source.kind !== 'folder' && source.kind !== 'slices')) return dataset;
  const chosen = Array.from({ length: wanted }, (_, i) => Math.floor((i * count) / wanted));
  return {
    ...dataset,
    count: wanted,
    ids: chosen.map(at => ids[at] ?? ''),
    labels: labels && Int32Array.from(chosen, at => labels[at] ?? 0),
    hash: createHash('sha256')
      .update(JSON.stringify([hash, chosen]))
      .digest('hex'),
    source: sourceAt(source, chosen),
  };
}
