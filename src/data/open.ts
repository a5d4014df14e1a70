import { UserError } from '../errors/user-error.ts';
import { openCifar10 } from './cifar10.ts';
import type { Dataset } from './dataset.ts';
import { openFolder } from './folder.ts';
import { openImagenet } from './imagenet.ts';
import type { Normalization } from './normalize.ts';
import { openShapes } from './shapes/open.ts';
import type { DataSpec } from './spec.ts';
import { openInputModule } from './tensors/input-module.ts';
import { openTensors } from './tensors/open.ts';

export interface DatasetOverrides {
  /** In place of what the specification says. */
  readonly normalize?: Normalization | undefined;
  /** Where the arrays of a module are kept; without it there can be none. */
  readonly arrays?: string | undefined;
  /** Where lists of the files of large training sets are kept; without it they are made anew. */
  readonly listings?: string | undefined;
}

const noModule = ['Cannot use a module as data here: expected images.', 'Give images, such as folder:DIR.'] as const;

/** Finds the images, their labels and their hash; decodes nothing. Throws a UserError when the data cannot be used. */
export async function openDataset(spec: DataSpec, overrides: DatasetOverrides = {}): Promise<Dataset> {
  const normalize = overrides.normalize ?? spec.normalize;
  switch (spec.kind) {
    case 'cifar10':
      return openCifar10({ ...spec, normalize });
    case 'folder':
      return openFolder({ ...spec, normalize });
    case 'imagenet':
      return openImagenet({ ...spec, normalize }, 'validation');
    case 'shapes':
      return openShapes({ ...spec, normalize }, 'validation');
    case 'npy':
    case 'npz':
      return openTensors(spec);
    case 'module':
      if (overrides.arrays === undefined) throw new UserError(...noModule);
      return openInputModule(spec, overrides.arrays);
    default:
      return spec satisfies never;
  }
}
