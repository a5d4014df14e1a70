/** What may be chosen: the sites that take part, each with its ladder. */
import type { Rung } from '../decompose/method.ts';
import type { Site } from '../decompose/site.ts';

export interface SpaceSite {
  readonly site: Site;
  /** Ascending in multiply-accumulates, at least two rungs, each cheaper than dense but the last, which is dense. */
  readonly ladder: readonly Rung[];
}

/** A site that stays dense in every configuration. */
export interface KeptSite {
  readonly site: Site;
  readonly reason: KeptReason;
}

export type KeptReason =
  | 'kept-by-name' // the `keep` list names it
  | 'not-listed' // no entry of `sites` matches it
  | 'nothing-cheaper'; // every rung that was asked for costs as much as dense, or more

export interface Space {
  /** In graph order; never empty. The order of a configuration's rungs. */
  readonly sites: readonly SpaceSite[];
  readonly kept: readonly KeptSite[];
}
