import type { Attempt } from '../errors/failure.ts';
import type { Whereabouts } from '../host/environment.ts';
import type { Marks } from '../stats/marks.ts';
import type { Chance } from '../tuner/early-stopping.ts';

export interface ScoreBudget {
  /** Which images: the fixed proxy subset, what it leaves (kept for confirm), or both. */
  readonly images: 'proxy' | 'confirm' | 'all';
  readonly timeoutMs: number;
  /** When to give up before all images are scored; never when missing. */
  readonly stopping?: Stopping | undefined;
}

export interface Stopping {
  /** What the error must come to (see `chancesOf`). */
  readonly chances: readonly Chance[];
  /** Given up once the probability of entering the front is below this. */
  readonly below: number;
}

export interface Score extends Scored, Whereabouts {}

/** A score by itself, wherever it was taken. */
export interface Scored {
  /**
   * Share of images counted as right, 0 to 1: top-1 against the label, or agreement with the dense model; or the mean of their grades. Of a
   * part of them, what the share of all is expected to be from the differences to the dense model.
   */
  readonly accuracy: number;
  /** Standard error of `accuracy`: binomial, or of a part as an estimate of this subset (`dropEstimate`). */
  readonly standardError: number;
  /** One entry per image of the subset, in its order (or that of `places`): 1 where the image is counted as right, or its grade. */
  readonly correct: Marks;
  /** One entry per image: the class with the largest output. Missing where a metric asks for no classes. */
  readonly predictions?: Uint16Array;
  /** Where the images stand in the subset, when scoring was given up after a part of it. */
  readonly places?: Int32Array;
  /** Share of images whose label is among the five largest outputs; only with labels. */
  readonly top5?: number;
  readonly wallMs: number;
}

export interface Scorer {
  /** The metric, as studies name it: `top1`, `agreement`, `fidelity`. */
  readonly objective: string;
  /** Scores the ONNX file at `path`. */
  accuracy(path: string, budget: ScoreBudget): Promise<Attempt<Score>>;
  close(): Promise<void>;
}
