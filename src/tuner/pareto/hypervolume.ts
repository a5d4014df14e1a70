/**
 * The hypervolume: the measure of what a set of points dominates, up to a reference point (Zitzler and Thiele 1998).
 *
 * Notation: m objectives, all minimised; reference r; box(p) = [p_1, r_1] x ... x [p_m, r_m]; hypervolume of a set =
 * measure of the union of its boxes. Exact for every m.
 */
import { nondominated, type Point } from './dominance.ts';

/**
 * The hypervolume of `points` up to `reference`. Points that do not beat the reference in every objective, or hold a
 * NaN, add nothing. One objective: an interval; two: a sweep, O(n log n); three: a sweep over slabs, O(n²); more: the
 * recursion of While, Bradstreet and Barone 2012 (WFG).
 */
export function hypervolume(points: readonly Point[], reference: Point): number {
  const inside = points.filter(point => point.every((value, k) => value < reference[k]!));
  return measure(inside, reference);
}

function measure(points: readonly Point[], reference: Point): number {
  if (points.length === 0) return 0;
  switch (reference.length) {
    case 1:
      return reference[0]! - points.reduce((least, [value]) => Math.min(least, value!), Number.POSITIVE_INFINITY);
    case 2:
      return area(points, reference);
    case 3:
      return volume(points, reference);
    default:
      return wfg(points, reference);
  }
}

/** Sweeps to the right; every step down of the staircase adds a rectangle that reaches to the reference. */
function area(points: readonly Point[], [rx, ry]: Point): number {
  const sorted = [...points].sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
  let total = 0;
  let lowest = ry!;
  for (const [x, y] of sorted) {
    if (y! >= lowest) continue;
    total += (rx! - x!) * (lowest - y!);
    lowest = y!;
  }
  return total;
}

/** Sweeps upwards in the third objective: between two heights the section is the area of all points below. */
function volume(points: readonly Point[], [rx, ry, rz]: Point): number {
  const sorted = [...points].sort((a, b) => a[2]! - b[2]!);
  // The section's staircase: x strictly rising, y strictly falling.
  const stairs: (readonly [x: number, y: number])[] = [];
  let section = 0;
  let total = 0;
  for (let i = 0; i < sorted.length; i++) {
    const [x, y, z] = sorted[i]! as readonly [number, number, number];
    let at = 0;
    while (at < stairs.length && stairs[at]![0] <= x) at++;
    let above = at > 0 ? stairs[at - 1]![1] : ry!;
    if (above > y) {
      // What the new corner adds: from x rightwards, between its own height and that of the steps it covers.
      let left = x;
      let end = at;
      for (; end < stairs.length && stairs[end]![1] >= y; end++) {
        section += (stairs[end]![0] - left) * (above - y);
        left = stairs[end]![0];
        above = stairs[end]![1];
      }
      section += ((end < stairs.length ? stairs[end]![0] : rx!) - left) * (above - y);
      const start = at > 0 && stairs[at - 1]![0] === x ? at - 1 : at;
      stairs.splice(start, end - start, [x, y]);
    }
    total += section * ((sorted[i + 1]?.[2] ?? rz!) - z);
  }
  return total;
}

/**
 * Each point's exclusive share over those after it, the largest in the last objective first. The others then reach as far
 * there as the point's box, so that the share is the box's height times a share with one objective less (slicing, While 2012).
 */
function wfg(points: readonly Point[], reference: Point): number {
  const last = reference.length - 1;
  const sorted = nondominated(points).sort((a, b) => b[last]! - a[last]!);
  const bases = sorted.map(point => point.slice(0, last));
  const base = reference.slice(0, last);
  return sorted.reduce(
    (sum, point, i) => sum + (reference[last]! - point[last]!) * exclusive(bases[i]!, bases.slice(i + 1), base),
    0,
  );
}

/** box(p) less what the others cover of it: they are limited to the box by the componentwise maximum with p. */
function exclusive(point: Point, others: readonly Point[], reference: Point): number {
  const box = point.reduce((product, value, k) => product * (reference[k]! - value), 1);
  const limited = others
    .map(other => other.map((value, k) => Math.max(value, point[k]!)))
    .filter(other => other.every((value, k) => value < reference[k]!));
  return box - measure(nondominated(limited), reference);
}
