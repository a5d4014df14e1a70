/** Pareto dominance; every objective is minimised. */

/** The values of one candidate, one per objective. */
export type Point = readonly number[];

/** Whether `a` is no worse than `b` everywhere and better somewhere. Never true where a value is NaN. */
export function dominates(a: Point, b: Point): boolean {
  let better = false;
  for (let k = 0; k < a.length; k++) {
    if (!(a[k]! <= b[k]!)) return false;
    if (a[k]! < b[k]!) better = true;
  }
  return better;
}

/** Whether `a` is no worse than `b` everywhere; true of equals. */
export const weaklyDominates = (a: Point, b: Point): boolean => a.every((value, k) => value <= b[k]!);

/** The points that no other dominates, in their order; of equal points the first alone. */
export function nondominated(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    if (kept.some(each => weaklyDominates(each, point))) continue;
    let end = 0;
    for (const each of kept) if (!dominates(point, each)) kept[end++] = each;
    kept.length = end;
    kept.push(point);
  }
  return kept;
}
