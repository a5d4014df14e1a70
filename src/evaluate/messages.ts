/** What the scorer's child process is asked, and what it answers. */
import type { Whereabouts } from '../host/environment.ts';
import type { BatchSource } from '../images/batch-source.ts';
import type { SessionSettings } from '../runtime/session.ts';
import type { Stopping } from './scorer.ts';

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
      readonly images: BatchSource;
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
  /** It is enough that so many outputs, itself counted, are as large as that of the class; the largest must be its when missing. */
  readonly among?: number;
  /** What the dense model says at every further head. */
  readonly further: readonly ArrayLike<number>[];
}

/** `Stopping` with what it is judged by, one entry per position. */
export interface StoppingRule extends Stopping {
  readonly truth: Truth;
  /** 1 where the dense model is right. */
  readonly dense: Uint8Array;
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
  /** Where it was taken, where that is not this machine. */
  readonly where?: Whereabouts | undefined;
}
