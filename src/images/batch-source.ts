/** Images for a child process: where they lie, and how their bytes become numbers. */
import type { ChannelOrder } from '../data/normalize.ts';
import type { PixelForm } from '../data/pixel-form.ts';
import type { TensorPlace } from '../data/tensors/arrays.ts';

/** Which images, and how their bytes become the numbers of an input. */
export interface ImageBatchSource {
  /** The file of prepared images; what names them where they lie in several. */
  readonly path: string;
  /** A file for each image by its position, where they are not in one. */
  readonly files?: readonly string[];
  readonly height: number;
  readonly width: number;
  /** Positions in that file, in the order of scoring. */
  readonly positions: Int32Array;
  /** What the pixels in the file are; R, G, B of 8 bits where nothing is said. */
  readonly form?: PixelForm;
  /** Channels x levels values, 3 x 256 as a rule: row c for channel c (R, G, B). */
  readonly table: Float32Array;
  readonly channels: ChannelOrder;
}

/** Ready arrays, which go into the network as they are. */
export interface TensorBatchSource {
  /** By input, one array per position, in the order of scoring. */
  readonly tensors: readonly { readonly name: string; readonly items: readonly TensorPlace[] }[];
  readonly positions: Int32Array;
  /** Whether items have all axes of the inputs, so that they go one by one. */
  readonly whole?: boolean;
}

export type BatchSource = ImageBatchSource | TensorBatchSource;
