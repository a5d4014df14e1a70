/** The energy of one call of either model, as a latency carries it. Plain JSON (docs/decisions/0029). */

export interface Energy {
  readonly source: 'rapl' | 'command';
  /** Joules of one call. */
  readonly candidateJoules: number;
  readonly referenceJoules: number;
  /** How often the counters, or the watts, were read. */
  readonly readings: number;
  /** False where both models share one mean power. */
  readonly apart: boolean;
}

/** A time in which calls were timed, in milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}
