/** Configurations worth observing first, from costs and errors that are known in closed form. */
import type { Rung } from '../decompose/method.ts';
import { rungMacs } from '../decompose/ranks.ts';
import type { Site } from '../decompose/site.ts';
import { firstGuesses } from '../tuner/first-guesses.ts';
import type { Configuration } from '../tuner/strategy.ts';
import type { Space } from './space.ts';

export interface Prior {
  /** What a rung loses, in a unit common to all sites, such as the squared relative weight error; 0 for dense. */
  readonly loss: (site: Site, rung: Rung) => number;
  /** What a rung costs: multiply-accumulates when absent, better measured milliseconds. */
  readonly cost?: (site: Site, rung: Rung) => number;
}

/** From nearly dense to the cheapest there is, `count` at most: for the `firstGuesses` of a strategy that learns. */
export function priorGuesses(space: Space, prior: Prior, count = 12): Configuration[] {
  const cost = prior.cost ?? rungMacs;
  return firstGuesses(
    space.sites.map(({ site, ladder }) => ladder.map(rung => cost(site, rung))),
    space.sites.map(({ site, ladder }) => ladder.map(rung => prior.loss(site, rung))),
    count,
  );
}
