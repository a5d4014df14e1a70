/** Rows of a matrix made orthonormal where their length says nothing any more. */
import type { Arena, Block } from './kernels/kernels.ts';

/** A row shorter than this share of the longest has a direction that rounding has touched: it is made orthogonal again. */
const touchedShare = 1e-6;

/**
 * Divides row i of `w` (length l) by s_i. Rows with a small s are made orthogonal to the rows before them (in `order`,
 * descending s) by Gram-Schmidt, twice (Giraud et al. 2005: twice is enough); rows with s = 0 get the unit vector that is
 * farthest from the rows so far as their start. The result has orthonormal rows.
 */
export function completeRows(arena: Arena, w: Block, s: Float64Array, order: readonly number[], l: number): void {
  const k = s.length;
  const largest = s[order[0] ?? 0] ?? 0;
  const { data, ld } = w;
  for (let i = 0; i < k; i++) {
    const scale = s[i]! > 0 ? 1 / s[i]! : 0;
    for (let j = 0; j < l; j++) data[i * ld + j]! *= scale;
    data.fill(0, i * ld + l, (i + 1) * ld);
  }
  const first = order.findIndex(row => s[row]! <= touchedShare * largest);
  if (first < 0) return;
  // Rows in the order of s, so that those before row i are one block. The caller reads them through `order`.
  const coefficients = arena.take(1, k + 8);
  const done = new Uint8Array(k);
  for (let i = 0; i < first; i++) done[order[i]!] = 1;
  // Squared length of the part of each unit vector that is orthogonal to the rows so far.
  const free = new Float64Array(l).fill(1);
  for (let i = 0; i < k; i++) if (done[i]) for (let j = 0; j < l; j++) free[j]! -= data[i * ld + j]! ** 2;
  for (let place = first; place < k; place++) {
    const row = order[place]!;
    const start = row * ld;
    if (s[row] === 0) {
      let best = 0;
      for (let j = 1; j < l; j++) if (free[j]! > free[best]!) best = j;
      data.fill(0, start, start + l);
      data[start + best] = 1;
    }
    for (let pass = 0; pass < 2; pass++) {
      arena.kernels.rowsDot(k, ld, w.at, ld, w.at + 8 * start, coefficients.at);
      for (let i = 0; i < k; i++) if (!done[i]) coefficients.data[i] = 0;
      arena.kernels.rowsSubtract(k, ld, coefficients.at, w.at, ld, w.at + 8 * start);
      let squares = 0;
      for (let j = start; j < start + l; j++) squares += data[j]! * data[j]!;
      const scale = 1 / Math.sqrt(squares);
      for (let j = start; j < start + l; j++) data[j]! *= scale;
    }
    done[row] = 1;
    for (let j = 0; j < l; j++) free[j]! -= data[start + j]! ** 2;
  }
}
