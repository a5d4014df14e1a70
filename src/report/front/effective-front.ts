/** The front by the best figures there are: confirmed ones where a trial has them, else those of the search. */

import type { FrontPoint, FrontReport } from './front.ts';
import { halfOf } from './half.ts';
import { beatenBy } from './standing.ts';

/** Whose figures a judgement rests on; `both` where only some of the trials are confirmed. */
export type Source = 'confirmed' | 'search' | 'both';

/**
 * What `front`, `pick` and the list of studies judge by, whichever figures the report shows; the fastest first, the dense model always.
 *
 * @param disturbed whether trials count whose latency is not known, since other work slowed the machine
 */
export const effectiveFront = ({ best }: FrontReport, disturbed = false): FrontPoint[] =>
  best.filter(point => disturbed || point.trial === 0 || point.latencyQuality === 'good').sort(fastestFirst);

/** The same by the figures of the search alone: what an engineer would have read before anything was confirmed. */
export function searchFront({ points, dominated }: FrontReport): FrontPoint[] {
  const searched = [...points, ...dominated].map(
    (point): FrontPoint => ({
      ...point,
      ...point.search,
      confirmed: false,
      judged: {
        drop: point.search.drop,
        halfWidth: point.trial === 0 ? 0 : halfOf(point.search),
        images: point.search.images,
        deviation: 0,
        by: 'search',
        contradicted: false,
      },
    }),
  );
  const beaten = beatenBy(searched, ({ drop }) => drop);
  return searched
    .filter(({ trial, latencyQuality }, index) => trial === 0 || (beaten[index] === null && latencyQuality === 'good'))
    .sort(fastestFirst);
}

/** Null for the dense model alone. */
export function sourceOf(points: readonly FrontPoint[]): Source | null {
  const trials = points.filter(({ trial }) => trial !== 0);
  const confirmed = trials.filter(point => point.confirmed).length;
  if (trials.length === 0) return null;
  return confirmed === trials.length ? 'confirmed' : confirmed === 0 ? 'search' : 'both';
}

const fastestFirst = (a: FrontPoint, b: FrontPoint): number =>
  b.speedup - a.speedup || a.judged.drop - b.judged.drop || a.trial - b.trial;
