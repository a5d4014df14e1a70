/** What a command reads, and therefore must not write over. */
import { filesOfData } from '../data/files-of.ts';
import type { KeptFile } from '../files/place.ts';
import { loadModel } from './model-file.ts';

export interface ReadPlaces {
  readonly store?: string | undefined;
  readonly models?: readonly (string | null | undefined)[];
  /** As `--data` takes them. */
  readonly data?: readonly (string | null | undefined)[];
  readonly hardware?: string | undefined;
}

/** To be called only where there is a file that may be one of them: images are listed, and models opened for their data. */
export const keptFiles =
  ({ store, models = [], data = [], hardware }: ReadPlaces) =>
  (): readonly KeptFile[] => [
    ...kept(store ? [store] : [], 'the store'),
    ...kept(models.flatMap(filesOfModel), 'a part of the model'),
    ...kept(
      data.flatMap(spec => (spec ? filesOfData(spec) : [])),
      'a part of the data',
    ),
    ...kept(hardware ? [hardware] : [], 'the hardware profile'),
  ];

const kept = (paths: readonly string[], what: string): KeptFile[] => paths.map(path => ({ path, what }));

function filesOfModel(path: string | null | undefined): readonly string[] {
  if (!path) return [];
  try {
    return loadModel(path).files;
  } catch {
    return [path];
  }
}
