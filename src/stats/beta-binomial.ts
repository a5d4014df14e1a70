/**
 * The beta-binomial distribution (Skellam 1948): of m draws K succeed, each with a probability that is itself Beta(a, b), a, b > 0:
 *
 *   P(K = k) = C(m, k) B(a + k, b + m - k) / B(a, b).
 *
 * Built from P(k + 1) / P(k) = (m - k) (a + k) / ((k + 1) (b + m - k - 1)) in logarithms and scaled to the sum 1.
 */

/** P(K = k), k = 0..m. */
export function betaBinomial(m: number, a: number, b: number): Float64Array {
  const p = new Float64Array(m + 1);
  let most = 0;
  for (let k = 0; k < m; k++) {
    const ratio = ((m - k) * (a + k)) / ((k + 1) * (b + m - k - 1));
    p[k + 1] = p[k]! + Math.log(ratio);
    most = Math.max(most, p[k + 1]!);
  }
  let sum = 0;
  for (let k = 0; k <= m; k++) sum += p[k] = Math.exp(p[k]! - most);
  return p.map(each => each / sum);
}
