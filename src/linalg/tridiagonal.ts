/**
 * Blocked Householder reduction of a symmetric matrix to tridiagonal form, A = Q T Qᵀ (Dongarra, Hammarling and Sorensen
 * 1989), and the way back for eigenvectors (compact WY, Schreiber and Van Loan 1989).
 * Notation: H_i = I - tau_i v_i v_iᵀ with v_i zero up to entry i and one at i + 1; Q = H_0 H_1 ... H_n-3.
 */
import type { Arena, Block } from './kernels/kernels.ts';
import { rowStride } from './kernels/kernels.ts';

/** Reflectors per panel: the panel's rows of V and W stay in the second-level cache. */
const panel = 32;
/** Reflectors per block on the way back, where only matrix products are left. */
const backPanel = 64;

/** Doubles that the two functions take from an arena, and in how many blocks. */
export const tridiagonalDoubles = (n: number): number => {
  const ld = rowStride(n);
  return 3 * panel * ld + 2 * panel + 2 * backPanel * rowStride(backPanel) + 2 * n * rowStride(backPanel);
};
export const tridiagonalBlocks = 7;

export interface Tridiagonal {
  /** n diagonal and n - 1 off-diagonal entries of T. */
  readonly d: Float64Array;
  readonly e: Float64Array;
  readonly tau: Float64Array;
}

/**
 * Reduces the n x n matrix whose upper triangle is in `a` (rows up to the next multiple of four, and all of each row's
 * stride, must be there and be zero beyond n). On return row i of `a` holds v_i.
 */
export function tridiagonalise(arena: Arena, a: Block, n: number): Tridiagonal {
  const { kernels } = arena;
  const { ld } = a;
  const d = new Float64Array(n);
  const e = new Float64Array(Math.max(0, n - 1));
  const tau = new Float64Array(Math.max(0, n - 2));
  // Rows V, W and V again: [V; W] and [W; V] are then both one block of rows for the product that ends a panel.
  const vwv = arena.take(3 * panel, n);
  const coefficients = arena.take(1, 2 * panel);
  const rowBytes = 8 * ld;
  const vAt = vwv.at;
  const wAt = vwv.at + panel * rowBytes;
  const secondAt = coefficients.at + 8 * panel;
  const w0 = panel * ld;
  vwv.data.fill(0);
  for (let p = 0; p < n - 2; p += panel) {
    const count = Math.min(panel, n - 2 - p);
    if (count < panel) vwv.data.fill(0);
    for (let c = 0; c < count; c++) {
      const i = p + c;
      const row = i * ld;
      const aligned = i & ~3;
      if (c > 0) {
        for (let r = 0; r < c; r++) {
          coefficients.data[r] = vwv.data[w0 + r * ld + i]!;
          coefficients.data[panel + r] = vwv.data[r * ld + i]!;
        }
        const to = a.at + 8 * (row + aligned);
        kernels.rowsSubtract(c, ld - aligned, coefficients.at, vAt + 8 * aligned, ld, to);
        kernels.rowsSubtract(c, ld - aligned, secondAt, wAt + 8 * aligned, ld, to);
      }
      d[i] = a.data[row + i]!;
      const t = reflect(a.data, row, i, n);
      e[i] = t.beta;
      tau[i] = t.tau;
      const v = c * ld;
      const w = w0 + v;
      vwv.data.set(a.data.subarray(row, row + ld), v);
      const start = (i + 1) & ~3;
      const vHere = vAt + 8 * v;
      const wHere = vHere + panel * rowBytes;
      kernels.symmetricTimes(ld, start, a.at, ld, vHere, wHere);
      if (c > 0) {
        const from = 8 * start;
        kernels.rowsDot(c, ld - start, wAt + from, ld, vHere + from, coefficients.at);
        kernels.rowsDot(c, ld - start, vAt + from, ld, vHere + from, secondAt);
        kernels.rowsSubtract(c, ld - start, coefficients.at, vAt + from, ld, wHere + from);
        kernels.rowsSubtract(c, ld - start, secondAt, wAt + from, ld, wHere + from);
      }
      vwv.data.fill(0, w, w + i + 1);
      let dot = 0;
      for (let j = i + 1; j < n; j++) dot += vwv.data[w + j]! * vwv.data[v + j]!;
      const half = 0.5 * t.tau * t.tau * dot;
      for (let j = i + 1; j < n; j++) vwv.data[w + j] = t.tau * vwv.data[w + j]! - half * vwv.data[v + j]!;
    }
    const q = p + count;
    vwv.data.copyWithin(2 * panel * ld, 0, panel * ld);
    const stacked = { block: vwv, col: q, transposed: true };
    const swapped = { block: vwv, row: panel, col: q };
    arena.gemm(n - q, n - q, 2 * panel, -1, stacked, swapped, 1, { block: a, row: q, col: q }, true);
  }
  for (let i = Math.max(0, n - 2); i < n; i++) {
    d[i] = a.data[i * ld + i]!;
    if (i + 1 < n) e[i] = a.data[i * ld + i + 1]!;
  }
  return { d, e, tau };
}

/** Replaces x = row[i + 1 ..] by v and clears what lies before; (I - tau v vᵀ) x = beta e_1. */
function reflect(a: Float64Array, row: number, i: number, n: number): { tau: number; beta: number } {
  const alpha = a[row + i + 1]!;
  let squares = 0;
  for (let j = i + 2; j < n; j++) squares += a[row + j]! * a[row + j]!;
  a.fill(0, row, row + i + 1);
  a[row + i + 1] = 1;
  // The matrix is scaled to entries near one: what underflows here is nothing.
  if (squares < 1e-290) {
    a.fill(0, row + i + 2, row + n);
    return { tau: 0, beta: alpha };
  }
  const norm = Math.sqrt(alpha * alpha + squares);
  const beta = alpha > 0 ? -norm : norm;
  const scale = 1 / (alpha - beta);
  for (let j = i + 2; j < n; j++) a[row + j]! *= scale;
  return { tau: (beta - alpha) / beta, beta };
}

/** Rows of `x` (count x n, eigenvectors of T) become eigenvectors of A: x <- x Qᵀ; `v` and `tau` as left by `tridiagonalise`. */
export function backTransform(arena: Arena, x: Block, count: number, v: Block, tau: Float64Array, n: number): void {
  const t = arena.take(backPanel, backPanel);
  const g = arena.take(backPanel, backPanel);
  const m = arena.take(count, backPanel);
  const mt = arena.take(count, backPanel);
  const blocks = Math.ceil(tau.length / backPanel);
  for (let block = blocks - 1; block >= 0; block--) {
    const p = block * backPanel;
    const size = Math.min(backPanel, tau.length - p);
    // Every v of the block is zero before entry p + 1; from p on the columns are aligned.
    const rest = n - p;
    const rows = { block: v, row: p, col: p };
    arena.gemm(size, size, rest, 1, rows, { ...rows, transposed: true }, 0, { block: g });
    triangularFactor(t, g, tau, p, size);
    arena.gemm(count, size, rest, 1, { block: x, col: p }, { ...rows, transposed: true }, 0, { block: m });
    arena.gemm(count, size, size, 1, { block: m }, { block: t, transposed: true }, 0, { block: mt });
    arena.gemm(count, rest, size, -1, { block: mt }, rows, 1, { block: x, col: p });
  }
}

/** The upper triangular T of H_p ... H_p+size-1 = I - Vᵀ T V, from g = V Vᵀ (rows v). */
function triangularFactor(t: Block, g: Block, tau: Float64Array, p: number, size: number): void {
  t.data.fill(0);
  for (let j = 0; j < size; j++) {
    const tj = tau[p + j]!;
    t.data[j * t.ld + j] = tj;
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let l = i; l < j; l++) sum += t.data[i * t.ld + l]! * g.data[l * g.ld + j]!;
      t.data[i * t.ld + j] = -tj * sum;
    }
  }
}
