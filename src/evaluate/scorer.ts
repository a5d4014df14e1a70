import type { Attempt } from '../errors/failure.ts';

export interface ScoreBudget {
  /** Which images: the fixed proxy subset, what it leaves (kept for confirm), or both. */
  readonly images: 'proxy' | 'confirm' | 'all';
  readonly timeoutMs: number;
}

export interface Score {
  /** Share of images counted as right, 0 to 1: top-1 against the label, or agreement with the dense model. */
  readonly accuracy: number;
  /** Standard error of `accuracy` (binomial). */
  readonly standardError: number;
  /** One entry per image of the subset, in its order: 1 where the image is counted as right. */
  readonly correct: Uint8Array;
  /** One entry per image: the class with the largest output. */
  readonly predictions: Uint16Array;
  /** Share of images whose label is among the five largest outputs; only with labels. */
  readonly top5?: number;
  readonly wallMs: number;
}

export interface Scorer {
  readonly objective: 'top1' | 'agreement';
  /** Scores the ONNX file at `path`. */
  accuracy(path: string, budget: ScoreBudget): Promise<Attempt<Score>>;
  close(): Promise<void>;
}
