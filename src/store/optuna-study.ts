/** A study as Optuna keeps one: plain data, ready for its tables. */

export interface OptunaStudy {
  readonly name: string;
  /** In the order of the trials' values. */
  readonly objectives: readonly { readonly name: string; readonly direction: 'MINIMIZE' | 'MAXIMIZE' }[];
  /** By name; each value is JSON. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What every trial chooses: by name of the site, the choices in the order of the ladder. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  readonly trials: readonly OptunaTrial[];
}

export interface OptunaTrial {
  readonly number: number;
  readonly state: 'COMPLETE' | 'PRUNED' | 'FAIL' | 'WAITING';
  /** Milliseconds since 1970; null for one that has not ended. */
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** One per objective; empty where nothing was seen. */
  readonly values: readonly number[];
  /** By name of the site, the place among its choices. */
  readonly params: Readonly<Record<string, number>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Positive where a limit is broken; null for a study without limits. */
  readonly constraint: number | null;
}
