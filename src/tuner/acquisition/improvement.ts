/**
 * The expected hypervolume improvement of a point whose objectives are independent Gaussians, in closed form.
 *
 * Notation: boxes as in `cells.ts`; y_k ~ N(mu_k, sigma_k²); G_k(b) = E max(0, b - y_k) = sigma_k h((b - mu_k) / sigma_k). Then
 * E max(0, u - max(y_k, l)) = G_k(u) - G_k(l), so the expectation is sum over boxes of prod_k (G_k(u_k) - G_k(l_k))
 * (Yang, Emmerich, Deutz and Bäck 2019, section 4).
 *
 * Far from improving, all of it underflows while its order still guides a search: then its logarithm is summed from
 * logarithms (Ament, Daulton, Eriksson, Balandat and Bakshy 2023, arXiv 2310.20708).
 */
import type { Cells } from './cells.ts';
import { expectedExcess, logExpectedExcess } from './normal.ts';

/** Below this a sum of products has lost what distinguishes it. */
const tiny = 1e-250;

/** ln of the expected improvement; -Infinity where none is possible. `means` and `sds` have one entry per objective. */
export function logExpectedImprovement(cells: Cells, means: ArrayLike<number>, sds: ArrayLike<number>): number {
  const { bounds, lower, upper, count, excess } = cells;
  const m = bounds.length;
  for (let k = 0; k < m; k++) excesses(bounds[k]!, means[k]!, sds[k]!, excess[k]!);
  let total = 0;
  for (let at = 0; at < count * m; at += m) {
    let product = 1;
    for (let k = 0; k < m; k++) product *= excess[k]![upper[at + k]!]! - excess[k]![lower[at + k]!]!;
    total += product;
  }
  return total > tiny ? Math.log(total) : logarithmic(cells, means, sds);
}

/** G at every bound. The bounds ascend, so below the first that counts all are left at 0. */
function excesses(bounds: Float64Array, mean: number, sd: number, into: Float64Array): void {
  if (!(sd > 0)) {
    for (let b = 0; b < bounds.length; b++) into[b] = Math.max(0, bounds[b]! - mean);
    return;
  }
  const inverse = 1 / sd;
  for (let b = 0; b < bounds.length; b++) {
    const z = (bounds[b]! - mean) * inverse;
    into[b] = z > -38 ? sd * expectedExcess(z) : 0;
  }
}

function logarithmic(cells: Cells, means: ArrayLike<number>, sds: ArrayLike<number>): number {
  const m = cells.bounds.length;
  const logs = cells.bounds.map((bounds, k) =>
    bounds.map(b => {
      if (b === Number.NEGATIVE_INFINITY) return b;
      const sd = sds[k]!;
      return sd > 0 ? Math.log(sd) + logExpectedExcess((b - means[k]!) / sd) : Math.log(Math.max(0, b - means[k]!));
    }),
  );
  let total = Number.NEGATIVE_INFINITY;
  for (let box = 0; box < cells.count; box++) {
    let product = 0;
    for (let k = 0; k < m; k++) {
      const upper = logs[k]![cells.upper[box * m + k]!]!;
      const lower = logs[k]![cells.lower[box * m + k]!]!;
      // ln(e^upper - e^lower).
      product += upper === Number.NEGATIVE_INFINITY ? upper : upper + Math.log(-Math.expm1(Math.min(0, lower - upper)));
    }
    total = logSum(total, product);
  }
  return total;
}

/** ln(e^a + e^b). */
export function logSum(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === Number.NEGATIVE_INFINITY ? most : most + Math.log1p(Math.exp(Math.min(a, b) - most));
}
