/**
 * Do two independent samples come from the same distribution? Mann and Whitney 1947.
 *
 *   a, b    samples of n and m values; N = n + m
 *   U       the number of pairs (a_i, b_j) with a_i > b_j, ties counted one half
 *   t_k     the size of the k-th group of tied values
 *
 * Under the hypothesis U is nearly normal with mean n m / 2 and variance n m / 12 ((N + 1) - sum(t^3 - t) / (N (N - 1)))
 * (Lehmann 1975, eq. 1.34), good from about eight values each. A continuity correction of one half is applied.
 */
import { upperTail } from './normal.ts';
import { requireNonEmpty } from './sample.ts';

export interface RankTest {
  /** Counts a above b; n m / 2 when neither is. */
  readonly u: number;
  /** Positive when a tends to be larger. */
  readonly z: number;
  /** Two-sided. */
  readonly pValue: number;
  /** U / (n m): the chance that a value of a exceeds one of b. */
  readonly superiority: number;
}

export function mannWhitney(a: readonly number[], b: readonly number[]): RankTest {
  requireNonEmpty(a);
  requireNonEmpty(b);
  const n = a.length;
  const m = b.length;
  const { rankSumOfFirst, tieTerm } = midranks(a, b);
  const u = rankSumOfFirst - (n * (n + 1)) / 2;
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - tieTerm / (total * (total - 1)));
  const deviation = u - (n * m) / 2;
  const corrected = Math.sign(deviation) * Math.max(0, Math.abs(deviation) - 0.5);
  const z = variance > 0 ? corrected / Math.sqrt(variance) : 0;
  return { u, z, pValue: Math.min(1, 2 * upperTail(Math.abs(z))), superiority: u / (n * m) };
}

/** Ranks from 1 in the pooled sample, tied values sharing the mean of theirs. */
function midranks(a: readonly number[], b: readonly number[]): { rankSumOfFirst: number; tieTerm: number } {
  const pooled = [...a.map(value => ({ value, first: true })), ...b.map(value => ({ value, first: false }))];
  pooled.sort((p, q) => p.value - q.value);
  let rankSumOfFirst = 0;
  let tieTerm = 0;
  for (let start = 0; start < pooled.length; ) {
    let end = start + 1;
    while (end < pooled.length && pooled[end]!.value === pooled[start]!.value) end++;
    const tied = end - start;
    const rank = (start + 1 + end) / 2;
    for (let i = start; i < end; i++) if (pooled[i]!.first) rankSumOfFirst += rank;
    tieTerm += tied ** 3 - tied;
    start = end;
  }
  return { rankSumOfFirst, tieTerm };
}
