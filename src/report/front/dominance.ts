/** Which points of a plane are beaten outright. */

/**
 * For each point the index of one that dominates it (no worse in both coordinates, better in one; both minimised), or -1.
 * The points must be sorted ascending in the first coordinate and, where that is equal, in the second: then only the
 * least second coordinate so far can dominate, and one sweep finds it. Equal points do not dominate each other.
 */
export function dominators(points: readonly (readonly [number, number])[]): number[] {
  let best = -1;
  let bestPoint: readonly [number, number] | null = null;
  return points.map((point, index) => {
    const equal = bestPoint !== null && bestPoint[0] === point[0] && bestPoint[1] === point[1];
    const dominated = bestPoint !== null && bestPoint[1] <= point[1] && !equal;
    if (dominated) return best;
    best = index;
    bestPoint = point;
    return -1;
  });
}
