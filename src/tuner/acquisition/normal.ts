/**
 * The standard normal distribution, quickly: an acquisition asks for it a million times.
 *
 * Notation: phi density, Phi distribution, h(z) = phi(z) + z Phi(z), the mean of max(0, z - Z) for a standard normal Z.
 */

const inverseRoot2Pi = 1 / Math.sqrt(2 * Math.PI);
const density = (z: number): number => inverseRoot2Pi * Math.exp(-0.5 * z * z);

/** Phi(z), to about 1e-15 (Hart 1968, algorithm 5666, as given by West 2005). */
export function distribution(z: number): number {
  const t = Math.abs(z);
  if (t > 37) return z > 0 ? 1 : 0;
  const e = Math.exp(-0.5 * t * t);
  let tail: number;
  if (t < 7.07106781186547) {
    let a = 3.52624965998911e-2 * t + 0.700383064443688;
    a = a * t + 6.37396220353165;
    a = a * t + 33.912866078383;
    a = a * t + 112.079291497871;
    a = a * t + 221.213596169931;
    a = a * t + 220.206867912376;
    let b = 8.83883476483184e-2 * t + 1.75566716318264;
    b = b * t + 16.064177579207;
    b = b * t + 86.7807322029461;
    b = b * t + 296.564248779674;
    b = b * t + 637.333633378831;
    b = b * t + 793.826512519948;
    b = b * t + 440.413735824752;
    tail = (e * a) / b;
  } else {
    const f = t + 1 / (t + 2 / (t + 3 / (t + 4 / (t + 0.65))));
    tail = e / f / 2.506628274631;
  }
  return z > 0 ? 1 - tail : tail;
}

/** Below this the two terms of h cancel, and Laplace's continued fraction is used. */
const crossover = -3;

/** h(z), to a relative 1e-6 or better in the lower tail, where it underflows below about -38. */
export function expectedExcess(z: number): number {
  if (z > 8) return z;
  if (z >= crossover) return density(z) + z * distribution(z);
  return density(z) * remainder(-z);
}

/** ln h(z) for every finite z. */
export function logExpectedExcess(z: number): number {
  if (z >= crossover) return Math.log(expectedExcess(z));
  return -0.5 * z * z + Math.log(inverseRoot2Pi) + Math.log(remainder(-z));
}

/**
 * 1 - t R(t) with Mills' ratio R(t) = 1 / (t + 1 / (t + 2 / (t + 3 / ...))), t >= 3: with c the fraction from the 1 on, it is
 * c / (t + c), without cancellation.
 */
function remainder(t: number): number {
  let c = t;
  for (let level = t < 6 ? 24 : 10; level >= 2; level--) c = t + level / c;
  return 1 / (c * t + 1);
}

/** The z with Phi(z) = p, 0 < p < 1: Acklam's rational approximation (2003) and one step of Halley's. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  let z: number;
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    z =
      (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
  } else {
    const q = p - 0.5;
    const r = q * q;
    z =
      ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
        30.66479806614716) *
        r +
        2.506628277459239) *
        q) /
      (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
        13.28068155288572) *
        r +
        1);
  }
  const error = distribution(z) - p;
  const u = error / density(z);
  return z - u / (1 + (z * u) / 2);
}
