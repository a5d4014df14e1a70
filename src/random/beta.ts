import type { Rng } from './rng.ts';

/** Beta(a, b) on [0, 1], as the share of one gamma variate in two. a, b > 0. */
export function beta(a: number, b: number, rng: Rng): number {
  const x = logGamma(a, rng);
  const y = logGamma(b, rng);
  return 1 / (1 + Math.exp(y - x));
}

/**
 * The logarithm of a Gamma(shape, 1) variate (Marsaglia and Tsang 2000; for shapes below 1 that of shape + 1 times U^(1/shape),
 * whose logarithm does not underflow).
 */
function logGamma(shape: number, rng: Rng): number {
  if (shape < 1) return logGamma(shape + 1, rng) + Math.log(1 - rng.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(rng);
    const v = (1 + c * x) ** 3;
    const u = 1 - rng.uniform();
    if (v > 0 && Math.log(u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d * v);
  }
}

/** Box and Muller 1958. */
const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
