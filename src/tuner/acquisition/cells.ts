/**
 * The part of objective space that would improve a front, cut into boxes.
 *
 * Notation: m objectives, all minimised; reference r; a box is {y : l_k < y_k <= u_k}, l_k possibly -Infinity. A point y adds
 * the hypervolume sum over boxes of prod_k max(0, u_k - max(y_k, l_k)) (Daulton, Balandat and Bakshy 2020, equation 5).
 */
import type { Point } from '../pareto/dominance.ts';
import { nondominated } from '../pareto/dominance.ts';

export interface Cells {
  /** Per objective the different bounds, ascending, first -Infinity. */
  readonly bounds: readonly Float64Array[];
  /** Box b has bounds `lower[b * m + k]` and `upper[b * m + k]`, places in `bounds[k]`. */
  readonly lower: Int32Array;
  readonly upper: Int32Array;
  readonly count: number;
  /** Room for a value per bound, scratch of whoever works with the boxes. */
  readonly excess: readonly Float64Array[];
}

interface Box {
  readonly lower: Point;
  readonly upper: Point;
}

/** Of the front of `points`; those that do not beat the reference everywhere do not matter. */
export function cellsOf(points: readonly Point[], reference: Point): Cells {
  const front = nondominated(points.filter(point => point.every((value, k) => value < reference[k]!)));
  const boxes = boxesOf(front, reference);
  const m = reference.length;
  const bounds = reference.map((_, k) =>
    Float64Array.from(new Set(boxes.flatMap(box => [box.lower[k]!, box.upper[k]!]))).sort(),
  );
  const places = bounds.map(each => new Map(Array.from(each, (value, at) => [value, at])));
  const lower = new Int32Array(boxes.length * m);
  const upper = new Int32Array(boxes.length * m);
  boxes.forEach((box, b) => {
    for (let k = 0; k < m; k++) {
      lower[b * m + k] = places[k]!.get(box.lower[k]!)!;
      upper[b * m + k] = places[k]!.get(box.upper[k]!)!;
    }
  });
  return { bounds, lower, upper, count: boxes.length, excess: bounds.map(each => new Float64Array(each.length)) };
}

/** Slabs of the last objective, each cut like the front of what lies below it; one objective is one interval. */
function boxesOf(front: readonly Point[], reference: Point): Box[] {
  const last = reference.length - 1;
  if (last === 0) {
    const best = front.reduce((least, [value]) => Math.min(least, value!), reference[0]!);
    return [{ lower: [Number.NEGATIVE_INFINITY], upper: [best] }];
  }
  const heights = [...new Set(front.map(point => point[last]!))].sort((a, b) => a - b);
  const levels = [Number.NEGATIVE_INFINITY, ...heights, reference[last]!];
  const boxes: Box[] = [];
  for (let level = 0; level + 1 < levels.length; level++) {
    const below = front.filter(point => point[last]! <= levels[level]!).map(point => point.slice(0, last));
    for (const box of boxesOf(nondominated(below), reference.slice(0, last))) {
      boxes.push({ lower: [...box.lower, levels[level]!], upper: [...box.upper, levels[level + 1]!] });
    }
  }
  return boxes;
}
