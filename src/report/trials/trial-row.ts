/** One trial as a row of a list, whatever its state: what was seen of it, and which rung it has at each site. */
import type { Interval } from '../../events/event.ts';
import type { Quality } from '../../stats/quality.ts';

/** What one phase has seen; null where nothing was. */
export interface SeenFigures {
  readonly latencyMs: number;
  /** Dense latency over the candidate's, timed side by side, with its 95 % interval. */
  readonly speedup: number;
  readonly speedupCi: Interval;
  readonly quality: Quality;
}

export interface SeenAccuracy {
  /** A share of the images. */
  readonly accuracy: number;
  /** Against the dense model on the same images: positive for a loss. Null for the dense model itself. */
  readonly drop: number | null;
  readonly dropStandardError: number | null;
  readonly images: number;
}

export interface PhaseFigures {
  readonly latency: SeenFigures | null;
  readonly accuracy: SeenAccuracy | null;
}

export interface TrialRow {
  /** 0 is the dense model. */
  readonly trial: number;
  /** As stored: `pruned` is what people call stopped early. */
  readonly state: 'waiting' | 'running' | 'complete' | 'failed' | 'pruned';
  readonly front: boolean;
  /** Whether it keeps to the limits of the study; null unless it is complete. */
  readonly feasible: boolean | null;
  readonly strategy: string;
  /** ISO 8601. */
  readonly started: string;
  /** From its start to its end; null until then. */
  readonly seconds: number | null;
  readonly search: PhaseFigures;
  readonly confirm: PhaseFigures;
  /** With its refined weights; null where it was not refined. */
  readonly refined: SeenAccuracy | null;
  /** By the kind of what else is measured, such as `size`: bytes. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly macs: number | null;
  readonly params: number | null;
  /** Why it failed, or was stopped early; empty for others. */
  readonly reason: string;
  /** By site, in the order of the network: `dense`, `svd 64` or `tucker2 32x48`. */
  readonly sites: Readonly<Record<string, string>>;
}
