/** What the scorer's child process is asked, and what it answers. */
import type { ChannelOrder } from '../data/normalize.ts';
import type { Stopping } from './scorer.ts';

export interface SessionSettings {
  /** An execution provider by its name in ONNX Runtime: cpu, webgpu, cuda, dml, coreml. */
  readonly provider: string;
  /** Threads within one operator. */
  readonly threads: number;
  readonly graphOptimization: 'disabled' | 'basic' | 'extended' | 'all';
}

/** Which images, and how their bytes become the numbers of an input. */
export interface ImageBatchSource {
  /** The file of prepared images. */
  readonly path: string;
  readonly height: number;
  readonly width: number;
  /** Positions in that file, in the order of scoring. */
  readonly positions: Int32Array;
  /** 3 x 256 values: row c for channel c (R, G, B). */
  readonly table: Float32Array;
  readonly channels: ChannelOrder;
}

export type ScoreRequest =
  | {
      readonly kind: 'describe';
      readonly model: string;
      readonly session: SessionSettings;
      readonly heads: readonly string[];
    }
  | {
      readonly kind: 'score';
      readonly model: string;
      readonly session: SessionSettings;
      /** The outputs that count, the labelled one first; empty: the first that holds class scores. */
      readonly heads: readonly string[];
      readonly images: ImageBatchSource;
      /** Images per call where the batch dimension is dynamic; a fixed one overrules it. */
      readonly batch: number;
      /** One output index per position, for top-5; null without labels. */
      readonly labels: Int32Array | null;
      /** When to give up before the last position. */
      readonly stopping: StoppingRule | null;
    };

/** What counts as right, one entry per position. */
export interface Truth {
  /** The class that the first head must say: the label, or what the dense model says. */
  readonly classes: ArrayLike<number>;
  /** What the dense model says at every further head. */
  readonly further: readonly ArrayLike<number>[];
}

/** `Stopping` with what it is judged by, one entry per position. */
export interface StoppingRule extends Stopping {
  readonly truth: Truth;
  /** 1 where the dense model is right. */
  readonly dense: Uint8Array;
}

export type ElementType = 'float32' | 'float16' | 'uint8';
export type Layout = 'nchw' | 'nhwc';

/** The one image input of a network; sizes are null where they are dynamic. */
export interface ImageInput {
  readonly name: string;
  readonly type: ElementType;
  readonly layout: Layout;
  readonly batch: number | null;
  readonly height: number | null;
  readonly width: number | null;
}

export interface ModelInterface {
  readonly input: ImageInput;
  /** The output that holds the class scores. */
  readonly output: string;
  /** Its width where it is known before a call. */
  readonly classes: number | null;
}

export interface ScoreAnswer {
  /** The class with the largest score of the first head, the lowest index of equals; one per image, up to where it was given up. */
  readonly predictions: Uint16Array;
  /** The same of every further head. */
  readonly further: readonly Uint16Array[];
  /** How many outputs are larger than that of the label; one per image; null without labels. */
  readonly labelRanks: Uint16Array | null;
  /** The width of the output. */
  readonly classes: number;
  readonly wallMs: number;
}
