/** What a run of a search may take. */

export interface RunBudget {
  /** Trials of the study, the dense model not counted; may be infinite. */
  readonly trials: number;
  /** Wall time of this run, confirmation included, counted from `startedMs` of the monotonic clock. */
  readonly timeMs: number | null;
  readonly startedMs: number;
  readonly finish: AbortSignal;
  readonly stop: AbortSignal;
}

export const leftMs = ({ timeMs, startedMs }: Pick<RunBudget, 'timeMs' | 'startedMs'>): number =>
  timeMs === null ? Number.POSITIVE_INFINITY : timeMs - (performance.now() - startedMs);

export const timeLeft = (budget: RunBudget, reservedMs = 0): boolean => leftMs(budget) > reservedMs;

/** Somebody wants it to end. */
export const interrupted = ({ finish, stop }: Pick<RunBudget, 'finish' | 'stop'>): boolean =>
  finish.aborted || stop.aborted;

/** A scorer that has not answered by then hangs: an hour is beyond any proxy or confirm set that this is meant for. */
export const scoreTimeoutMs = 3_600_000;
