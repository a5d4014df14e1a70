/** Which points are beaten outright. */
import { dominates, type Point } from '../../tuner/pareto/dominance.ts';

/**
 * For each point the index of one that dominates it (no worse in every coordinate, better in one; all minimised), or -1.
 * The points must be sorted by their coordinates, the first one first: then whatever dominates a point stands before it, and one
 * sweep over those that nothing dominates finds it. Of several it is the last. Equal points do not dominate each other.
 */
export function dominators(points: readonly Point[]): number[] {
  const leading: { readonly index: number; readonly point: Point }[] = [];
  return points.map((point, index) => {
    const by = leading.findLast(each => dominates(each.point, point));
    if (!by) leading.push({ index, point });
    return by?.index ?? -1;
  });
}
