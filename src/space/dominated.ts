/** Ladders on which several methods meet, without the rungs that nobody should take. */
import type { Rung } from '../decompose/method.ts';
import type { Site } from '../decompose/site.ts';
import type { Space, SpaceSite } from './space.ts';

export interface RungFigures {
  /** What a rung costs: multiply-accumulates, or modelled or measured milliseconds. */
  readonly cost: (site: Site, rung: Rung) => number;
  /** What it loses, comparable within a site; 0 for dense. */
  readonly loss: (site: Site, rung: Rung) => number;
}

/** Costs that differ by less than this share of dense are the same to a device: of two methods the more accurate one stays. */
const sameCost = 0.02;

/**
 * Where a ladder holds several methods, a rung goes when another costs no more and loses no more, or when one of another method costs hardly more and
 * loses less. What stays is in the order of its cost, dense last; a ladder of one method stays as it was asked for. The result
 * depends on the figures alone, so that it is the same again.
 */
export function withoutDominated(space: Space, figures: RungFigures): Space {
  return { ...space, sites: space.sites.map(site => cleaned(site, figures)) };
}

function cleaned({ site, ladder }: SpaceSite, { cost, loss }: RungFigures): SpaceSite {
  const factored = ladder.filter(({ method }) => method !== 'dense');
  if (new Set(factored.map(({ method }) => method)).size < 2) return { site, ladder };
  const dense = cost(site, { method: 'dense' });
  const known = factored.map((rung, index) => ({ rung, index, cost: cost(site, rung), loss: loss(site, rung) }));
  type Known = (typeof known)[number];
  const beats = (a: Known, b: Known): boolean => {
    if (a.rung.method !== b.rung.method && a.cost <= b.cost + sameCost * dense && a.loss < b.loss) return true;
    if (a.cost > b.cost || a.loss > b.loss) return false;
    return a.cost < b.cost || a.loss < b.loss || a.index < b.index;
  };
  const kept = known.filter(one => one.cost < dense && !known.some(other => other !== one && beats(other, one)));
  kept.sort((a, b) => a.cost - b.cost || a.index - b.index);
  const rungs: Rung[] = kept.map(({ rung }) => rung);
  // Where every rung costs more than dense, as measured, the ladder stays as it was: a site must have a choice.
  return { site, ladder: rungs.length === 0 ? ladder : [...rungs, { method: 'dense' }] };
}
