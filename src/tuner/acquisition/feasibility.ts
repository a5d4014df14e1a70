/** The probability that an uncertain objective keeps to its limit (Gardner, Kusner, Xu, Weinberger and Cunningham 2014). */
import { distribution } from './normal.ts';

/** ln P(y <= max), y ~ N(mean, sd²); without uncertainty 0 or -Infinity. */
export function logProbabilityBelow(max: number, mean: number, sd: number): number {
  if (!(sd > 0)) return mean <= max ? 0 : Number.NEGATIVE_INFINITY;
  const z = (max - mean) / sd;
  // Below, the leading term of the tail is enough to tell candidates apart.
  return z > -30 ? Math.log(distribution(z)) : -0.5 * z * z - Math.log(-z) - 0.918938533204673;
}
