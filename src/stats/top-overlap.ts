/** Which share of the best by one measure is among the best by another. */
import { requirePaired } from './sample.ts';

/**
 * The number of items that are among the first k by x and by y (smallest first), over k; k / n is expected by chance.
 * Items tied at the k-th place share what is left of the k equally, and of two shares in an item the smaller one counts.
 *
 * @param copies how often each item is there, as in a bootstrap sample; once by default. Copies are never ties of each other.
 * @throws RangeError unless 1 <= k <= the number of items, copies counted
 */
export function topOverlap(
  x: readonly number[],
  y: readonly number[],
  k: number,
  copies: readonly number[] = x.map(() => 1),
): number {
  requirePaired(x, y);
  requirePaired(x, copies);
  const total = copies.reduce((sum, each) => sum + each, 0);
  if (!(k >= 1 && k <= total)) throw new RangeError(`Cannot take the top ${k} of ${total} items.`);
  const [byX, byY] = [sharesOfTop(x, k, copies), sharesOfTop(y, k, copies)];
  return byX.reduce((sum, share, i) => sum + Math.min(share, byY[i]!), 0) / k;
}

/** How much of each item is among the first k; they sum to k. */
function sharesOfTop(values: readonly number[], k: number, copies: readonly number[]): number[] {
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!);
  const shares = values.map(() => 0);
  let left = k;
  for (let start = 0; start < order.length && left > 0; ) {
    let end = start;
    let weight = 0;
    while (end < order.length && values[order[end]!]! === values[order[start]!]!) weight += copies[order[end++]!]!;
    const part = weight === 0 ? 0 : Math.min(1, left / weight);
    for (const i of order.slice(start, end)) shares[i] = part * copies[i]!;
    left -= part * weight;
    start = end;
  }
  return shares;
}
