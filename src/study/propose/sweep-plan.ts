/** Which rungs a sweep measures, and in which order: whenever its time is over, what was measured says the most that it can. */
import type { Space } from '../../space/space.ts';
import { savedShares } from './site-table.ts';

/** One rung of one site, and the multiply-accumulates that it saves as a share of all that the sites have. */
export interface SweepPlace {
  readonly site: number;
  readonly rung: number;
  readonly saved: number;
}

/**
 * First the cheapest rung of every site, then round by round one rung more of each, the one that is furthest from what was measured before:
 * so fewer rungs per site are measured where the time is short. Within a round the sites that save most come first.
 *
 * @param atMost measurements in all, but for one per site
 */
export function sweepPlaces(space: Space, atMost: number): SweepPlace[] {
  const movable = space.sites.filter(({ ladder }) => ladder.length > 1).length;
  const perSite = Math.max(1, Math.floor(atMost / Math.max(1, movable)));
  const places = savedShares(space).flatMap((shares, site) =>
    inOrder(spread(Math.min(perSite, shares.length - 1), shares.length - 1), shares.length - 1).map((rung, round) => ({
      place: { site, rung, saved: shares[rung] ?? 0 },
      round,
    })),
  );
  return places
    .sort((a, b) => a.round - b.round || b.place.saved - a.place.saved || a.place.site - b.place.site)
    .map(({ place }) => place);
}

/** `count` rungs from the cheapest on, evenly spread below the dense one. */
const spread = (count: number, dense: number): number[] => [
  ...new Set(Array.from({ length: count }, (_, i) => Math.round((i * dense) / count))),
];

/** The first, then again and again the one that is furthest from all that is known; dense is known. */
function inOrder(rungs: readonly number[], dense: number): number[] {
  const taken = rungs.slice(0, 1);
  const gap = (rung: number): number => Math.min(...[...taken, dense].map(known => Math.abs(rung - known)));
  while (taken.length < rungs.length) {
    const left = rungs.filter(rung => !taken.includes(rung));
    taken.push(left.reduce((best, rung) => (gap(rung) > gap(best) ? rung : best)));
  }
  return taken;
}
