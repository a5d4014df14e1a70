/** The standard normal distribution. */

/** Half the width of a two-sided 95 % interval, in standard errors: P(|Z| < z95) = 0.95. */
export const z95 = 1.959963984540054;
/** The same of a 99 % interval. */
export const z99 = 2.5758293035489004;

/** phi(z) = exp(-z^2 / 2) / sqrt(2 pi). */
const density = (z: number): number => Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);

/** Below this the series converges quickly and loses no digits; above it the continued fraction does. */
const crossover = 2.5;

/**
 * Q(z) = P(Z > z), with a relative error below 1e-13 in the tail too. Abramowitz and Stegun 1964: 26.2.11, a series, and
 * 26.2.14, Laplace's continued fraction, evaluated from its end.
 */
export function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  if (z < crossover) {
    let term = z;
    let sum = z;
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= z ** 2 / k;
      sum += term;
    }
    return 0.5 - density(z) * sum;
  }
  let fraction = z;
  for (let k = 200; k >= 1; k--) fraction = z + k / fraction;
  return density(z) / fraction;
}

/** The z with P(Z < z) = `share`, by bisection; `share` above 0 and below 1. */
export function quantileOf(share: number): number {
  if (!(share > 0 && share < 1)) throw new RangeError(`Cannot invert the normal distribution at ${share}.`);
  if (share < 0.5) return -quantileOf(1 - share);
  let [low, high] = [0, 40];
  for (let step = 0; step < 200 && high - low > 1e-13; step++) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > 1 - share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
