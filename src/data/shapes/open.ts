/** Ten classes of drawn images: a dataset that needs no download and no disk. */
import { createHash } from 'node:crypto';
import type { Dataset } from '../dataset.ts';
import type { ShapesSpec } from '../spec.ts';
import { classOf, shapeNames } from './draw.ts';

/** Counts up whenever the same seed would give other pixels. */
const version = 1;

export function openShapes(spec: ShapesSpec, split: 'train' | 'validation'): Dataset {
  const count = split === 'train' ? spec.trainImages : spec.images;
  const { seed } = spec;
  return {
    kind: 'shapes',
    spec,
    count,
    ids: Array.from({ length: count }, (_, index) => `${split}#${index}`),
    labels: Int32Array.from({ length: count }, (_, index) => classOf(index)),
    classes: shapeNames.length,
    classNames: shapeNames,
    classOrder: null,
    hash: createHash('sha256')
      .update(JSON.stringify(['shapes', version, seed, split, count]))
      .digest('hex'),
    description: `${count} drawn images of ${shapeNames.length} shapes and textures (seed ${seed}, ${split})`,
    notes: [],
    source: { kind: 'shapes', seed, split, count },
  };
}
