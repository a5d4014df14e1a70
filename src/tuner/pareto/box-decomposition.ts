/**
 * The region that a front leaves free, cut into boxes that do not overlap: what improvements are computed on.
 *
 * Notation: m objectives, all minimised; front Z; reference r; the free region is all y < r that no z of Z weakly dominates.
 */
import { nondominated, type Point } from './dominance.ts';
import { type LocalUpperBound, localUpperBounds } from './local-upper-bounds.ts';

/** A box [lower, upper); `lower` may be -infinity. */
export interface Cell {
  readonly lower: Point;
  readonly upper: Point;
}

/**
 * The boxes of the free region: n + 1 strips for two objectives and n members, O(n) boxes for three, and
 * O(n^floor(m / 2)) local upper bounds to start from beyond.
 *
 * The free region is the union over the local upper bounds u of { y < u } (Dachert, Klamroth, Lacour and Vanderpooten
 * 2017). Turned upside down, that is what the points -u dominate, and a dominated region is cut along its own local upper
 * bounds (Lacour, Klamroth and Fonseca 2017, equation 2), as Yang, Emmerich, Deutz and Back 2019 do for two and three
 * objectives.
 *
 * @param points any points; those that are dominated or do not beat the reference change nothing
 * @param reference two objectives or more
 */
export function boxDecomposition(points: readonly Point[], reference: Point): Cell[] {
  const front = nondominated(points.filter(point => point.every((value, k) => value < reference[k]!)));
  if (reference.length === 2) return strips(front, reference);
  const corners = localUpperBounds(front, reference).map(({ bound }) => bound.map(value => -value));
  const unbounded = reference.map(() => Number.POSITIVE_INFINITY);
  return localUpperBounds(nondominated(corners), unbounded)
    .map(each => dominatedBox(each, unbounded))
    .filter(({ lower, upper }) => lower.every((value, k) => value < upper[k]!))
    .map(({ lower, upper }) => ({ lower: upper.map(value => -value), upper: lower.map(value => -value) }));
}

/**
 * How much the hypervolume grows when `point` joins the front whose free region `cells` are: the part of each box that
 * lies above the point. -infinity or NaN in the point give infinity or NaN.
 */
export function hypervolumeImprovement(point: Point, cells: readonly Cell[]): number {
  let total = 0;
  for (const { lower, upper } of cells) {
    let volume = 1;
    for (let k = 0; k < point.length && volume > 0; k++)
      volume *= Math.max(0, upper[k]! - Math.max(lower[k]!, point[k]!));
    total += volume;
  }
  return total;
}

/** Between the first objectives of neighbours everything below the left one is free. */
function strips(front: readonly Point[], [rx, ry]: Point): Cell[] {
  const sorted = [...front].sort((a, b) => a[0]! - b[0]!);
  const lefts = [Number.NEGATIVE_INFINITY, ...sorted.map(([x]) => x!)];
  const tops = [ry!, ...sorted.map(([, y]) => y!)];
  return lefts.map((left, i) => ({
    lower: [left, Number.NEGATIVE_INFINITY],
    upper: [lefts[i + 1] ?? rx!, tops[i]!],
  }));
}

/** Equation 2: [u_1, r_1) in the first coordinate, [max over k < j of z^k_j(u), u_j) in every other one. */
function dominatedBox({ bound, definedBy }: LocalUpperBound, reference: Point): Cell {
  const lower = bound.map((value, j) => (j === 0 ? value : Math.max(...definedBy.slice(0, j).map(other => other[j]!))));
  const upper = bound.map((value, j) => (j === 0 ? reference[0]! : value));
  return { lower, upper };
}
