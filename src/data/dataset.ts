/** A set of images as the rest of the program sees it: named, hashed, labelled or not, and not decoded yet. */
import type { ClassOrder } from './class-order.ts';
import type { Slice } from './shards.ts';
import type { DataSpec } from './spec.ts';
import type { TensorInputSource } from './tensors/arrays.ts';

/** Where the pixels of the images are; plain data, so that it can be sent to a thread. */
export type ImageSource =
  | {
      readonly kind: 'cifar10';
      /** Batch files, absolute, and how many records each holds. */
      readonly files: readonly { readonly path: string; readonly records: number }[];
      /** Positions among all records of the files, in their order; all of them when missing. */
      readonly chosen?: readonly number[];
    }
  | { readonly kind: 'tensors'; readonly inputs: readonly TensorInputSource[] }
  | { readonly kind: 'slices' /** One image per element, within archives. */; readonly slices: readonly Slice[] }
  | { readonly kind: 'folder' /** One absolute path per image. */; readonly paths: readonly string[] }
  | {
      readonly kind: 'shapes';
      readonly seed: number;
      readonly split: 'train' | 'validation';
      /** Images 0 to count - 1 of the split. */
      readonly count: number;
    };

export interface Dataset {
  readonly kind: DataSpec['kind'];
  readonly spec: DataSpec;
  /** The number of images. */
  readonly count: number;
  /** File names relative to the directory, or `test_batch.bin#17`; one per image. */
  readonly ids: readonly string[];
  /** One class index per image; null when the images have no labels. Against a network, use `labelsFor`. */
  readonly labels: Int32Array | null;
  /** The number of classes: of the names if classes have names, else the largest label plus one; 0 without labels. */
  readonly classes: number;
  /** The names behind `labels`, in the order of the indices; null when the labels are indices. */
  readonly classNames: readonly string[] | null;
  /** The order of the outputs of a network, when a list of it was given or found. */
  readonly classOrder: ClassOrder | null;
  /**
   * SHA-256 (hexadecimal) over ids, labels, class names and the bytes of every file; of a large training set, which is not scored,
   * the sizes of the files in place of their bytes.
   */
  readonly hash: string;
  /** What was found, in a line for people. */
  readonly description: string;
  /** What people should know: images without a label, labels without an image. */
  readonly notes: readonly string[];
  /** `itemsOf` and `loadItem` read it; many images are decoded by `prepare` in threads. */
  readonly source: ImageSource;
}
