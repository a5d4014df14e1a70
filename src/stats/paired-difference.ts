/** The mean difference of two paired series, such as the same images scored by two networks. */
import { requirePaired } from './sample.ts';

export interface PairedDifference {
  /** mean(a_i - b_i). */
  readonly difference: number;
  /** sd(a_i - b_i) / sqrt(n) with n - 1 in the variance: what a and b share cancels. 0 for one pair. */
  readonly standardError: number;
}

export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>): PairedDifference {
  const x = Array.from(a);
  const y = Array.from(b);
  requirePaired(x, y);
  const n = x.length;
  const differences = x.map((value, i) => value - y[i]!);
  const difference = differences.reduce((sum, d) => sum + d, 0) / n;
  const squares = differences.reduce((sum, d) => sum + (d - difference) ** 2, 0);
  return { difference, standardError: n > 1 ? Math.sqrt(squares / (n - 1) / n) : 0 };
}
