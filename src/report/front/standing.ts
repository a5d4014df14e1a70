/** Which points of a front are beaten, by others that are as well known as they are. */
import { dominators } from './dominance.ts';
import type { FrontPoint } from './front.ts';

/**
 * 2 for what is confirmed, 1 for a good figure of the search, 0 for a disturbed latency. What is known better is never put off the front
 * by what is known less well.
 */
const standingOf = ({ confirmed, latencyQuality }: FrontPoint): number =>
  latencyQuality === 'disturbed' ? 0 : confirmed ? 2 : 1;

/** As one that beats others: the dense model is known by definition. */
const asWinner = (point: FrontPoint): number => (point.trial === 0 ? 2 : standingOf(point));
/** As one that is beaten: any good trial may be better than the dense model. */
const asLoser = (point: FrontPoint): number => (point.trial === 0 ? 1 : standingOf(point));

/**
 * For each point the trial of one that is no slower, loses no more, is better in one of the two and known as well; null for none.
 * Speed-ups and drops are relative to the dense model of their phase, so that those of both phases can be compared.
 */
export function beatenBy(points: readonly FrontPoint[], dropOf: (point: FrontPoint) => number): (number | null)[] {
  const order = points
    .map((_, index) => index)
    .sort((a, b) => {
      const [first, second] = [points[a], points[b]];
      if (!first || !second) return 0;
      return second.speedup - first.speedup || dropOf(first) - dropOf(second) || first.trial - second.trial;
    });
  const beaten: (number | null)[] = points.map(() => null);
  for (const standing of [0, 1, 2]) {
    const places = order.filter(index => asWinner(points[index] as FrontPoint) >= standing);
    const by = dominators(places.map(index => planeOf(points[index] as FrontPoint, dropOf)));
    places.forEach((index, at) => {
      const winner = points[places[by[at] ?? -1] ?? -1];
      if (asLoser(points[index] as FrontPoint) === standing) beaten[index] = winner?.trial ?? null;
    });
  }
  return beaten;
}

const planeOf = (point: FrontPoint, dropOf: (point: FrontPoint) => number): [number, number] => [
  -point.speedup,
  dropOf(point),
];
