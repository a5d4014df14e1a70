/**
 * Local upper bounds: the corners from which the region that a front leaves free hangs down (Klamroth, Lacour and
 * Vanderpooten 2015, "On the representation of the search region in multi-objective optimization").
 *
 * Notation: m objectives, all minimised; front Z; reference r. A point y < r that no z of Z weakly dominates lies below some
 * local upper bound u, y < u, and below a bound lies no member of Z. z^k(u): the member that defines coordinate k of u,
 * that is z^k_k(u) = u_k and z^k_j(u) <= u_j for j != k; before any member stands the artificial point with r_k at k and
 * -infinity elsewhere.
 */
import type { Point } from './dominance.ts';

export interface LocalUpperBound {
  readonly bound: Point;
  /** The point that defines coordinate k, at place k. */
  readonly definedBy: readonly Point[];
}

/** The bounds of an empty front: the reference alone. It may be infinite. */
export const firstBounds = (reference: Point): LocalUpperBound[] => [
  {
    bound: reference,
    definedBy: reference.map((_, k) => reference.map((value, j) => (j === k ? value : Number.NEGATIVE_INFINITY))),
  },
];

/**
 * The bounds after `point` has joined (Lacour, Klamroth and Fonseca 2017, algorithm 1). A bound u that lies above the
 * point is replaced by up to m, one for each coordinate j: u with u_j lowered to z_j, unless z_j < max over k != j of
 * z^k_j(u), where another bound covers as much.
 *
 * Equal coordinates count as if the later point were a trace larger, which is why the first test is strict and the second
 * is not: then every set is in general position, and what that adds has no volume.
 */
export function extendBounds(bounds: readonly LocalUpperBound[], point: Point): LocalUpperBound[] {
  const next: LocalUpperBound[] = [];
  for (const each of bounds) {
    const { bound, definedBy } = each;
    if (!bound.every((value, k) => value > point[k]!)) {
      next.push(each);
      continue;
    }
    for (let j = 0; j < point.length; j++) {
      if (definedBy.some((other, k) => k !== j && other[j]! > point[j]!)) continue;
      next.push({
        bound: bound.map((value, k) => (k === j ? point[j]! : value)),
        definedBy: definedBy.map((other, k) => (k === j ? point : other)),
      });
    }
  }
  return next;
}

/** The bounds of a whole front. Points that do not beat the reference in every objective change nothing. */
export const localUpperBounds = (points: readonly Point[], reference: Point): LocalUpperBound[] =>
  points
    .filter(point => point.every((value, k) => value < reference[k]!))
    .reduce((bounds, point) => extendBounds(bounds, point), firstBounds(reference));
