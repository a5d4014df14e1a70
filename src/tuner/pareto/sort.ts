/** Ranks of dominance and crowding distances (Deb et al. 2002, "A fast and elitist multiobjective genetic algorithm"). */
import { dominates, type Point } from './dominance.ts';

/**
 * The number of the front that each point is on, from 0: front 0 is dominated by nobody, front r + 1 by nobody but those
 * of fronts 0 to r.
 *
 * In lexicographic order nobody is dominated by a later point, so each goes to the first front that holds no dominator
 * of it (efficient non-dominated sort, Zhang et al. 2015, sequential search). The latest members are asked first, since
 * they are the nearest.
 *
 * @param points without NaN
 */
export function dominanceRanks(points: readonly Point[]): number[] {
  const order = points.map((_, i) => i).sort((i, j) => lexicographic(points[i]!, points[j]!));
  const ranks = new Array<number>(points.length).fill(0);
  const fronts: Point[][] = [];
  for (const i of order) {
    const point = points[i]!;
    let rank = 0;
    while (rank < fronts.length && someDominates(fronts[rank]!, point)) rank++;
    if (rank === fronts.length) fronts.push([]);
    fronts[rank]!.push(point);
    ranks[i] = rank;
  }
  return ranks;
}

function someDominates(front: readonly Point[], point: Point): boolean {
  for (let at = front.length - 1; at >= 0; at--) if (dominates(front[at]!, point)) return true;
  return false;
}

function lexicographic(a: Point, b: Point): number {
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return a[k]! < b[k]! ? -1 : 1;
  return 0;
}

/**
 * How alone each point of one front is: the sum over objectives of the gap between its two neighbours, as a share of the
 * front's extent; Infinity at both ends of an objective (Deb 2002, section III-B). Equal points share one place, so that
 * copies do not crowd each other out of existence: the first stands for it, the others have 0.
 */
export function crowdingDistances(front: readonly Point[]): number[] {
  const distances = new Array<number>(front.length).fill(0);
  const first = new Map<string, number>();
  front.forEach((point, i) => {
    const key = point.join(' ');
    if (!first.has(key)) first.set(key, i);
  });
  const places = [...first.values()];
  const objectives = front[0]?.length ?? 0;
  for (let k = 0; k < objectives; k++) {
    const order = [...places].sort((a, b) => front[a]![k]! - front[b]![k]! || a - b);
    const extent = front[order.at(-1)!]![k]! - front[order[0]!]![k]!;
    if (!(extent > 0)) continue;
    order.forEach((i, at) => {
      const before = order[at - 1];
      const after = order[at + 1];
      distances[i]! +=
        before === undefined || after === undefined
          ? Number.POSITIVE_INFINITY
          : (front[after]![k]! - front[before]![k]!) / extent;
    });
  }
  if (places.length === 1) distances[places[0]!] = Number.POSITIVE_INFINITY;
  return distances;
}
