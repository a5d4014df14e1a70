/** One limit that a user may set on an objective. */

/** What the dense model has of an objective: limits are measured against it. */
export interface DenseFigure {
  /** What is minimised. */
  readonly value: number;
  /** In the unit of the objective: milliseconds, bytes, or the share of images that are right. */
  readonly amount: number;
}

/** As events, setups and JSON name them. */
export type LimitKey =
  | 'maxDrop'
  | 'maxLatencyMs'
  | 'minSpeedup'
  | 'maxSizeBytes'
  | 'maxSizeShare'
  | 'maxMemoryBytes'
  | 'maxMemoryShare';

export interface Limit {
  readonly key: LimitKey;
  /** Its option of the command line, without dashes; two limits may be two ways to write one option. */
  readonly option: string;
  /** For people: `at most 6.13 ms`. */
  readonly words: (given: number) => string;
  /** The greatest value of the objective that keeps to it. */
  readonly max: (given: number, dense: DenseFigure) => number;
}

/** What a candidate may lose and take; what is missing does not bind. */
export type Limits = { readonly [key in LimitKey]?: number | undefined };
