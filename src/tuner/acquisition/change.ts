/** A step away from a configuration. */
import type { Configuration } from '../strategy.ts';

/** One site takes another rung. */
export interface Change {
  readonly site: number;
  readonly rung: number;
}

/** `centre` after changes of different sites. */
export function changed(centre: Configuration, changes: readonly Change[]): Configuration {
  const configuration = [...centre];
  for (const { site, rung } of changes) configuration[site] = rung;
  return configuration;
}
