/**
 * What one site adds to the sums that a covariance is made of, for N places at once.
 *
 * Notation: r² = sum_i (x_i - x'_i)²; the common walks sum_i min(z_i, z'_i) + e e' (`gp/inputs.ts`). `column` holds x_i of all
 * places, `walk` their z_i.
 */

export function addSquares(r2: Float64Array, column: Float64Array, x: number, n: number): void {
  for (let a = 0; a < n; a++) r2[a]! += (column[a]! - x) ** 2;
}

/** The same and min(z, walk), in one pass. */
export function addSquaresAndWalk(
  r2: Float64Array,
  column: Float64Array,
  x: number,
  common: Float64Array,
  walk: Float64Array,
  z: number,
  n: number,
): void {
  for (let a = 0; a < n; a++) {
    const difference = column[a]! - x;
    r2[a]! += difference * difference;
    const w = walk[a]!;
    common[a]! += w < z ? w : z;
  }
}

/** (c - new)² - (c - old)² = (old - new) (2 c - old - new); what rounding leaves below 0 counts as 0. */
export function moveSquares(r2: Float64Array, column: Float64Array, old: number, next: number, n: number): void {
  const [difference, sum] = [old - next, old + next];
  for (let a = 0; a < n; a++) r2[a] = Math.max(0, r2[a]! + difference * (2 * column[a]! - sum));
}

/** min(z, next) - min(z, old) added for every place. */
export function moveWalk(common: Float64Array, walk: Float64Array, old: number, next: number, n: number): void {
  for (let a = 0; a < n; a++) {
    const z = walk[a]!;
    common[a]! += (z < next ? z : next) - (z < old ? z : old);
  }
}

/** e e' for every place, or what a change of e adds to it. */
export function addProducts(common: Float64Array, leaves: Float64Array, e: number, n: number): void {
  for (let a = 0; a < n; a++) common[a]! += e * leaves[a]!;
}
