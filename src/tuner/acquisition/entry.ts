/** How probable it is that a point whose objectives are independent Gaussians enters a front. */
import type { Cells } from './cells.ts';
import { distribution } from './normal.ts';

/**
 * The probability that the point lies in one of the boxes of `cells.ts`, which do not overlap: sum over boxes of
 * prod_k (Phi((u_k - mu_k) / sigma_k) - Phi((l_k - mu_k) / sigma_k)).
 */
export function probabilityOfEntry(
  { bounds, lower, upper, count }: Cells,
  means: ArrayLike<number>,
  sds: ArrayLike<number>,
): number {
  const m = bounds.length;
  const below = bounds.map((each, k) => each.map(bound => probabilityBelow(bound, means[k]!, sds[k]!)));
  let total = 0;
  for (let at = 0; at < count * m; at += m) {
    let product = 1;
    for (let k = 0; k < m; k++) product *= below[k]![upper[at + k]!]! - below[k]![lower[at + k]!]!;
    total += product;
  }
  return Math.min(1, Math.max(0, total));
}

function probabilityBelow(bound: number, mean: number, sd: number): number {
  if (bound === Number.NEGATIVE_INFINITY) return 0;
  return sd > 0 ? distribution((bound - mean) / sd) : mean < bound ? 1 : 0;
}
