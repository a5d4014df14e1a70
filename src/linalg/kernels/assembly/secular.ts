/**
 * The secular equation of divide and conquer, g(x) = 1 / rho + sum_j z_j^2 / (d_j - x) = 0, d ascending and distinct:
 * one root in each gap (d_i, d_i+1) and one above the last pole.
 * Notation: delta_j = d_j - d_origin, tau = x - d_origin with the pole nearest to the root as origin, so that the
 * differences d_j - x keep their relative accuracy (R.-C. Li 1994, LAPACK Working Note 89).
 */

let sum: f64 = 0.0; // of z_j^2 / (delta_j - tau)
let slope: f64 = 0.0; // of z_j^2 / (delta_j - tau)^2

function sums(from: i32, to: i32, delta: usize, z2: usize, tau: f64): void {
  let s = f64x2.splat(0.0);
  let p = s;
  const t = f64x2.splat(tau);
  const one = f64x2.splat(1.0);
  let j = from;
  for (; j + 2 <= to; j += 2) {
    const at = <usize>j << 3;
    const inverse = f64x2.div(one, f64x2.sub(v128.load(delta + at), t));
    const term = f64x2.mul(v128.load(z2 + at), inverse);
    s = f64x2.add(s, term);
    p = f64x2.add(p, f64x2.mul(term, inverse));
  }
  let sumHere = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  let slopeHere = f64x2.extract_lane(p, 0) + f64x2.extract_lane(p, 1);
  if (j < to) {
    const at = <usize>j << 3;
    const inverse = 1.0 / (load<f64>(delta + at) - tau);
    const term = load<f64>(z2 + at) * inverse;
    sumHere += term;
    slopeHere += term * inverse;
  }
  sum = sumHere;
  slope = slopeHere;
}

function shift(k: i32, d: usize, origin: f64, delta: usize): void {
  for (let j = 0; j < k; j++) store<f64>(delta + (<usize>j << 3), load<f64>(d + (<usize>j << 3)) - origin);
}

const EPSILON: f64 = 2.220446049250313e-16;

/**
 * Root i of k >= 2. Writes d_j - x to `row`, j = 0 .. k - 1, and returns x. The rational interpolation is the "middle
 * way" of Li; a bracket around the root catches every step that leaves it.
 */
export function secularRoot(k: i32, i: i32, d: usize, z2: usize, rho: f64, row: usize): f64 {
  const inverseRho = 1.0 / rho;
  const last = i == k - 1;
  // The two poles that the interpolation keeps: those beside the root.
  const left = last ? k - 2 : i;
  const right = left + 1;
  const di = load<f64>(d + (<usize>i << 3));
  const zLeft = load<f64>(z2 + (<usize>left << 3));
  const zRight = load<f64>(z2 + (<usize>right << 3));
  let origin = di;
  let low: f64, high: f64, tau: f64;
  shift(k, d, di, row);
  if (last) {
    let total: f64 = 0.0;
    for (let j = 0; j < k; j++) total += load<f64>(z2 + (<usize>j << 3));
    low = 0.0;
    high = rho * total;
    sums(0, k - 1, row, z2, 0.5 * high);
    const c = inverseRho + sum;
    tau = c > 0.0 ? zRight / c : high;
    if (!(tau < high)) tau = high;
  } else {
    const gap = load<f64>(row + (<usize>right << 3));
    const half = 0.5 * gap;
    sums(0, k, row, z2, half);
    const middle = inverseRho + sum;
    const c = middle - (zRight - zLeft) / half;
    if (middle >= 0.0) {
      low = 0.0;
      high = half;
      const a = c * gap + zLeft + zRight;
      const b = zLeft * gap;
      const root = Math.sqrt(Math.abs(a * a - 4.0 * b * c));
      tau = a > 0.0 ? (2.0 * b) / (a + root) : (a - root) / (2.0 * c);
    } else {
      low = -half;
      high = 0.0;
      origin = load<f64>(d + (<usize>right << 3));
      shift(k, d, origin, row);
      const a = c * gap - zLeft - zRight;
      const b = zRight * gap;
      const root = Math.sqrt(Math.abs(a * a + 4.0 * b * c));
      tau = a < 0.0 ? (2.0 * b) / (a - root) : -(a + root) / (2.0 * c);
    }
    if (!(tau > low && tau < high)) tau = 0.5 * (low + high);
  }
  const deltaLeft = load<f64>(row + (<usize>left << 3));
  const deltaRight = load<f64>(row + (<usize>right << 3));
  for (let step = 0; step < 100; step++) {
    sums(0, right, row, z2, tau);
    const psi = sum, psiSlope = slope;
    sums(right, k, row, z2, tau);
    const phi = sum, phiSlope = slope;
    const w = inverseRho + psi + phi;
    const wSlope = psiSlope + phiSlope;
    const noise = 8.0 * (Math.abs(psi) + Math.abs(phi) + inverseRho) + Math.abs(tau) * wSlope;
    if (Math.abs(w) <= EPSILON * noise) break;
    if (w < 0.0) low = tau;
    else high = tau;
    const l = deltaLeft - tau;
    const r = deltaRight - tau;
    let c = w - l * psiSlope - r * phiSlope;
    const a = (l + r) * w - l * r * wSlope;
    const b = l * r * w;
    const root = Math.sqrt(Math.abs(a * a - 4.0 * b * c));
    let eta: f64;
    if (last) {
      c = Math.abs(c);
      const wide = Math.sqrt(Math.abs(a * a - 4.0 * b * c));
      eta = a >= 0.0 ? (a + wide) / (2.0 * c) : (2.0 * b) / (a - wide);
    } else {
      eta = a <= 0.0 ? (a - root) / (2.0 * c) : (2.0 * b) / (a + root);
    }
    // g ascends in every gap: a step against the sign of w is noise, and Newton's is taken.
    if (!(w * eta < 0.0)) eta = -w / wSlope;
    let next = tau + eta;
    if (!(next > low && next < high) || step % 8 == 7) {
      const far = low > 0.0 ? high > 4.0 * low : high < 0.0 && low < 4.0 * high;
      next = far ? (low > 0.0 ? Math.sqrt(low * high) : -Math.sqrt(low * high)) : 0.5 * (low + high);
    }
    if (next == tau || next == low || next == high) break;
    tau = next;
  }
  for (let j = 0; j < k; j++) {
    const at = row + (<usize>j << 3);
    store<f64>(at, load<f64>(at) - tau);
  }
  return origin + tau;
}

/**
 * product_j = -(d_j - x_j) prod_{i != j} (d_j - x_i) / (d_j - d_i), up to a common factor the square of the z for which
 * the computed roots are exact (Gu and Eisenstat 1995, eq. 3.3). Row i of `rows` holds d_j - x_i. `product` starts as 1.
 */
export function exactSquares(k: i32, d: usize, rows: usize, ld: i32, product: usize): void {
  for (let i = 0; i < k; i++) {
    const here = product + (<usize>i << 3);
    const saved = load<f64>(here);
    const pole = v128.load64_splat(d + (<usize>i << 3));
    let j: usize = 0;
    const bytes = <usize>((k + 1) & ~1) << 3;
    for (; j < bytes; j += 16) {
      const ratio = f64x2.div(v128.load(rows + j), f64x2.sub(v128.load(d + j), pole));
      v128.store(product + j, f64x2.mul(v128.load(product + j), ratio));
    }
    store<f64>(here, -saved * load<f64>(rows + (<usize>i << 3)));
    rows += <usize>ld << 3;
  }
}

/** Turns each row d_j - x_i into the unit vector with entries z_j / (d_j - x_i), stored at the positions `order`. */
export function secularVectors(k: i32, rows: usize, ld: i32, z: usize, order: usize, scratch: usize): void {
  const bytes = <usize>((k + 1) & ~1) << 3;
  for (let i = 0; i < k; i++) {
    let s = f64x2.splat(0.0);
    for (let j: usize = 0; j < bytes; j += 16) {
      const t = f64x2.div(v128.load(z + j), v128.load(rows + j));
      v128.store(scratch + j, t);
      if (j + 16 > (<usize>k << 3)) break;
      s = f64x2.add(s, f64x2.mul(t, t));
    }
    let total = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
    if (k & 1) {
      const t = load<f64>(scratch + (<usize>(k - 1) << 3));
      total += t * t;
    }
    const scale = 1.0 / Math.sqrt(total);
    for (let j = 0; j < k; j++) {
      const to = load<u32>(order + (<usize>j << 2));
      store<f64>(rows + (<usize>to << 3), scale * load<f64>(scratch + (<usize>j << 3)));
    }
    rows += <usize>ld << 3;
  }
}
