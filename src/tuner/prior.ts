/** What is known of a problem before its first trial; every table is read as `[site][rung]`, the last rung dense. */

/**
 * An additive guess at one objective: the value of a configuration is about `dense` plus the sum of `changes` over its rungs.
 * Units are those of the objective (for latency, the ratio to the dense model).
 */
export interface SiteTable {
  /** The value of the dense configuration. */
  readonly dense: number;
  /** The change from dense when this site alone takes this rung; 0 for dense. */
  readonly changes: readonly (readonly number[])[];
  /** Standard errors of `changes`; 0 where they are exact. */
  readonly standardErrors: readonly (readonly number[])[];
}

export interface TunerPrior {
  /** One per objective, in order; null where nothing additive is known. */
  readonly tables: readonly (SiteTable | null)[];
  /**
   * How much of each site's output each rung loses: relative squared error, 0 for dense, comparable between the rungs of a
   * site and roughly between sites. How much that costs in an objective is for the tuner to learn. Null when unknown.
   */
  readonly losses: readonly (readonly number[])[] | null;
  /** The objectives that the losses tell of, by their places; every one without a table when missing. */
  readonly lossesOf?: readonly number[] | undefined;
}

/** What the losses say of one objective; null where they, or a table, say nothing of it. */
export const lossesFor = (prior: TunerPrior | null, objective: number): TunerPrior['losses'] =>
  prior && !prior.tables[objective] && (prior.lossesOf?.includes(objective) ?? true) ? prior.losses : null;
