/**
 * How alike two rankings are: Kendall's tau-b (Kendall 1945), which allows for ties.
 *
 *   x_i, y_i   the i-th item by either measure, i = 1..n
 *   C, D       pairs (i, j) that both measures order alike, or oppositely
 *   T_x, T_y   pairs that are tied in x only, in y only
 *
 *   tau_b = (C - D) / sqrt((C + D + T_x) (C + D + T_y))
 *
 * A pair that is tied in both counts nowhere, so that an item drawn twice by a bootstrap is not compared with itself.
 */
import { requirePaired } from './sample.ts';

/** From -1 (opposite) to 1 (alike); null where one of the measures ties every item, which leaves nothing to order. O(n^2). */
export function kendallTau(x: readonly number[], y: readonly number[]): number | null {
  requirePaired(x, y);
  let score = 0;
  let orderedByX = 0;
  let orderedByY = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const byX = Math.sign(x[i]! - x[j]!);
      const byY = Math.sign(y[i]! - y[j]!);
      score += byX * byY;
      orderedByX += Math.abs(byX);
      orderedByY += Math.abs(byY);
    }
  }
  return orderedByX === 0 || orderedByY === 0 ? null : score / Math.sqrt(orderedByX * orderedByY);
}
