/**
 * The Matern covariance of smoothness 5/2 (Rasmussen and Williams 2006, equation 4.17), for unit variance:
 *
 *   M(r) = (1 + sqrt(5) r + 5 r² / 3) exp(-sqrt(5) r),   dM/d(r²) = -(5/6) (1 + sqrt(5) r) exp(-sqrt(5) r),
 *
 * with r² = sum_i ((x_i - x'_i) / l_i)², a lengthscale l_i for every input (ARD). Both are smooth in r² at 0.
 */

const root5 = Math.sqrt(5);

/** M as a function of r². */
export function matern(squaredDistance: number): number {
  const z = root5 * Math.sqrt(squaredDistance);
  return (1 + z + (5 / 3) * squaredDistance) * Math.exp(-z);
}

/** -dM/d(r²), never negative. */
export function maternSlope(squaredDistance: number): number {
  const z = root5 * Math.sqrt(squaredDistance);
  return (5 / 6) * (1 + z) * Math.exp(-z);
}
