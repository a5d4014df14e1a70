/** Student's t with a whole number of degrees of freedom n. */

/**
 * P(|T| < t), by the finite series of Abramowitz and Stegun 1964, 26.7.3 (n odd) and 26.7.4 (n even), with theta = atan(t / sqrt(n)).
 */
export function centralShare(t: number, n: number): number {
  const theta = Math.atan(t / Math.sqrt(n));
  const cos2 = Math.cos(theta) ** 2;
  let term = 1;
  let sum = n === 1 ? 0 : 1;
  if (n % 2 === 0) {
    for (let k = 2; k < n; k += 2) {
      term *= ((k - 1) / k) * cos2;
      sum += term;
    }
    return Math.sin(theta) * sum;
  }
  for (let k = 3; k < n; k += 2) {
    term *= ((k - 1) / k) * cos2;
    sum += term;
  }
  return (2 / Math.PI) * (theta + Math.sin(theta) * Math.cos(theta) * sum);
}

/** The t with P(|T| < t) = `share`, by bisection; `n` a whole number from 1. */
export function twoSidedQuantile(share: number, n: number): number {
  let high = 1;
  while (centralShare(high, n) < share) high *= 2;
  let low = 0;
  for (let step = 0; step < 200 && high - low > 1e-14 * high; step++) {
    const middle = (low + high) / 2;
    if (centralShare(middle, n) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
