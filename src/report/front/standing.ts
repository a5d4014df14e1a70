/** Which points of a front are beaten, by others that are as well known as they are. */
import type { Point } from '../../tuner/pareto/dominance.ts';
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
 * For each point the trial of one that is no worse in any objective, better in one of them and known as well; null for none.
 * Speed-ups, drops and ratios are relative to the dense model of their phase, so that those of both phases can be compared.
 */
export function beatenBy(points: readonly FrontPoint[], dropOf: (point: FrontPoint) => number): (number | null)[] {
  const all = points.map((point, index) => ({ point, index, values: valuesOf(point, dropOf) }));
  const order = [...all].sort((a, b) => lexical(a.values, b.values) || a.point.trial - b.point.trial);
  const beaten: (number | null)[] = points.map(() => null);
  for (const standing of [0, 1, 2]) {
    const entrants = order.filter(({ point }) => asWinner(point) >= standing);
    const by = dominators(entrants.map(({ values }) => values));
    entrants.forEach(({ point, index }, at) => {
      const winner = entrants[by[at] ?? -1];
      if (asLoser(point) === standing) beaten[index] = winner?.point.trial ?? null;
    });
  }
  return beaten;
}

/** The fastest first, then the one that loses least, then the one with the least of each other objective. */
const lexical = (a: Point, b: Point): number => {
  const k = a.findIndex((value, i) => value !== b[i]);
  return k < 0 ? 0 : (a[k] ?? 0) - (b[k] ?? 0);
};

const valuesOf = (point: FrontPoint, dropOf: (point: FrontPoint) => number): Point => [
  -point.speedup,
  dropOf(point),
  ...point.further.map(({ ratio }) => ratio),
];
