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
  | {
      /** Given up early: what was seen of its objectives, with the larger standard errors of a part. */
      readonly state: 'pruned';
      readonly configuration: Configuration;
      /** One per objective, or empty when nothing was seen. */
      readonly values: readonly number[];
      readonly standardErrors: readonly number[];
    }
  | { readonly state: 'failed'; readonly configuration: Configuration };

/** An outcome that may have values. */
export type Observed = Exclude<Outcome, { readonly state: 'failed' }>;

/** An upper limit on an objective: configurations beyond it are of no use. */
export interface Constraint {
  /** Which objective, by its place. */
  readonly objective: number;
  readonly max: number;
}

export interface Problem {
  /** The number of rungs of each ladder, each at least 1. */
  readonly ladderLengths: readonly number[];
  /** The number of objectives, at least 1. */
  readonly objectives: number;
  /** None when absent. */
  readonly constraints?: readonly Constraint[] | undefined;
}

export interface Strategy {
  readonly name: string;
  /**
   * The next configuration to observe: never one that is in `history` or `pending`; null when no such configuration
   * is left. Everything it knows is in its arguments, so that a resumed study goes on as if it had not stopped.
   */
  ask(history: readonly Outcome[], pending: readonly Configuration[], rng: Rng): Configuration | null;
}
