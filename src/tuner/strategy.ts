/** What a tuner sees: ordinals and numbers, never a network. */
import type { Rng } from '../random/rng.ts';

/** One rung index per site, 0 (the smallest rank) to length - 1 (dense). */
export type Configuration = readonly number[];

/** A configuration and what came of it; every objective is minimised. */
export type Outcome =
  | {
      readonly state: 'complete';
      readonly configuration: Configuration;
      readonly values: readonly number[];
      readonly standardErrors: readonly number[];
      readonly feasible: boolean;
    }
  | { readonly state: 'failed' | 'pruned'; readonly configuration: Configuration };

export interface Problem {
  /** The number of rungs of each ladder, each at least 1. */
  readonly ladderLengths: readonly number[];
  /** The number of objectives, at least 1. */
  readonly objectives: number;
}

export interface Strategy {
  readonly name: string;
  /**
   * The next configuration to observe: never one that is in `history` or `pending`; null when no such configuration
   * is left. Everything it knows is in its arguments, so that a resumed study goes on as if it had not stopped.
   */
  ask(history: readonly Outcome[], pending: readonly Configuration[], rng: Rng): Configuration | null;
}
