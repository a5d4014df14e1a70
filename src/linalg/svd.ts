/**
 * The thin singular value decomposition A = U diag(s) Vᵀ, by way of the Gram matrix of the shorter side in float64.
 * Notation: B is A or Aᵀ, k x l with k <= l; row i of P is a left vector of B, W = P B has rows s_i v_iᵀ.
 * Squaring costs half the digits: an eigenvector of B Bᵀ mixes with others whose s lies below about 1e-8 of the largest.
 * So the rows of W with small s are decomposed again by themselves, where they are large (see `refineTail`).
 */
import { requireFinite } from './finite.ts';
import { type Arena, type Block, openArena, rowStride } from './kernels/kernels.ts';
import type { RealMatrix } from './matrix.ts';
import { completeBlocks, completeDoubles, completeRows } from './orthonormal-rows.ts';
import { powerOfTwoScale } from './scale.ts';
import {
  eigenBlocks,
  eigenDoubles,
  eigenRows,
  signOfLargest,
  symmetricBlockDoubles,
  takeSymmetricBlock,
} from './symmetric-eigen.ts';

export { gram } from './gram.ts';
export { type SymmetricEigen, symmetricEigen } from './symmetric-eigen.ts';

/** k = min(rows, cols) singular triplets. */
export interface Svd {
  readonly rows: number;
  readonly cols: number;
  /** rows x k, row-major, orthonormal columns; the entry of largest magnitude in each column is positive. */
  readonly u: Float32Array;
  /** k, descending, >= 0; exactly 0 where the float64 arithmetic cannot tell it from 0. */
  readonly s: Float64Array;
  /** k x cols, row-major, orthonormal rows. */
  readonly vt: Float32Array;
}

/** Rows whose s lies below this share of the largest are decomposed again: above it, squaring leaves eight digits. */
const gradedShare = 1e-3;

/** Decomposes `a`. Throws a UserError when an entry is not finite. Equal bits in `a` give equal bits on every machine. */
export function svd(a: RealMatrix): Svd {
  requireFinite(a);
  const { rows, cols } = a;
  const k = Math.min(rows, cols);
  const l = Math.max(rows, cols);
  const { up, down } = powerOfTwoScale(a.data);
  const shared = 2 * k * rowStride(l) + 2 * symmetricBlockDoubles(k) + eigenDoubles(k);
  const arena = openArena(shared + completeDoubles(k), 4 + eigenBlocks + completeBlocks);
  const b = arena.take(k, l);
  const w = arena.take(k, l);
  load(a, down, b);
  const p = takeSymmetricBlock(arena, k);
  arena.gemm(k, k, l, 1, { block: b }, { block: b, transposed: true }, 0, { block: p }, true);
  const mark = arena.mark();
  const eigen = eigenRows(arena, p, k);
  eigen.order.forEach((row, i) => {
    p.data.set(eigen.rows.data.subarray(row * eigen.rows.ld, row * eigen.rows.ld + k), i * p.ld);
  });
  arena.release(mark);
  arena.gemm(k, l, k, 1, { block: p }, { block: b }, 0, { block: w });
  const s = new Float64Array(k);
  rowNorms(w, l, s, 0);
  refineTail(arena, p, w, s, l, b);
  sortRows(p, w, s, b);
  const negligible = 4 * Number.EPSILON * Math.sqrt(k * l) * (s[0] ?? 0);
  for (let i = 0; i < k; i++) if (s[i]! <= negligible) s[i] = 0;
  completeRows(arena, w, s, l);
  const left = rows <= cols ? p : w;
  const right = rows <= cols ? w : p;
  const signs = Array.from(s, (_, i) => signOfLargest(left.data, i * left.ld, rows));
  const u = new Float32Array(rows * k);
  const vt = new Float32Array(k * cols);
  const block = 16;
  for (let i0 = 0; i0 < k; i0 += block) {
    const i1 = Math.min(k, i0 + block);
    for (let r = 0; r < rows; r++) {
      for (let i = i0; i < i1; i++) u[r * k + i] = signs[i]! * left.data[i * left.ld + r]!;
    }
    for (let i = i0; i < i1; i++) {
      const from = i * right.ld;
      for (let j = 0; j < cols; j++) vt[i * cols + j] = signs[i]! * right.data[from + j]!;
    }
  }
  return { rows, cols, u, s: s.map(x => up * x), vt };
}

/** B, scaled: `a` or its transpose, whichever has fewer rows. */
function load(a: RealMatrix, scale: number, b: Block): void {
  const { rows, cols, data } = a;
  if (rows <= cols) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) b.data[i * b.ld + j] = scale * data[i * cols + j]!;
    }
    return;
  }
  const block = 16;
  for (let j0 = 0; j0 < cols; j0 += block) {
    const j1 = Math.min(cols, j0 + block);
    for (let i = 0; i < rows; i++) {
      for (let j = j0; j < j1; j++) b.data[j * b.ld + i] = scale * data[i * cols + j]!;
    }
  }
}

/** Puts s in descending order and the rows of P and W along with it; `spare` is overwritten. */
function sortRows(p: Block, w: Block, s: Float64Array, spare: Block): void {
  const order = [...s.keys()].sort((i, j) => s[j]! - s[i]! || i - j);
  if (order.every((row, i) => row === i)) return;
  s.set(order.map(row => s[row]!));
  for (const { data, ld } of [p, w]) {
    order.forEach((row, i) => {
      spare.data.set(data.subarray(row * ld, (row + 1) * ld), i * ld);
    });
    data.set(spare.data.subarray(0, s.length * ld));
  }
}

function rowNorms(w: Block, l: number, s: Float64Array, from: number): void {
  for (let i = from; i < s.length; i++) {
    let sum = 0;
    const start = i * w.ld;
    for (let j = start; j < start + l; j++) sum += w.data[j]! * w.data[j]!;
    s[i] = Math.sqrt(sum);
  }
}

/**
 * Rayleigh-Ritz on the rows of W whose norm is small beside the largest, again and again while what is left is graded.
 * P is orthogonal to working precision, so these rows span the right space; only among themselves are they mixed.
 * The Gram matrix of those rows alone has the condition of those rows alone. `spare` is overwritten.
 */
function refineTail(arena: Arena, p: Block, w: Block, s: Float64Array, l: number, spare: Block): void {
  const k = s.length;
  const floor = Number.EPSILON * Math.sqrt(k * l) * (s[0] ?? 0);
  let from = 0;
  for (;;) {
    const limit = gradedShare * s[from]!;
    let next = from;
    while (next < k && s[next]! >= limit) next++;
    if (next === from || next >= k || s[next]! <= floor) return;
    from = next;
    const t = k - from;
    const mark = arena.mark();
    const g = takeSymmetricBlock(arena, t);
    const tail = { block: w, row: from };
    arena.gemm(t, t, l, 1, tail, { ...tail, transposed: true }, 0, { block: g }, true);
    const { up, down } = powerOfTwoScale(Float64Array.from({ length: t }, (_, i) => g.data[i * g.ld + i]!));
    if (up < 1e-280) return;
    for (let i = 0; i < g.data.length; i++) g.data[i]! *= down;
    const { rows, order } = eigenRows(arena, g, t);
    order.forEach((row, i) => {
      g.data.set(rows.data.subarray(row * rows.ld, row * rows.ld + t), i * g.ld);
    });
    arena.gemm(t, l, t, 1, { block: g }, tail, 0, { block: spare });
    for (let i = 0; i < t; i++) w.data.set(spare.data.subarray(i * spare.ld, i * spare.ld + l), (from + i) * w.ld);
    arena.gemm(t, k, t, 1, { block: g }, { block: p, row: from }, 0, { block: spare });
    for (let i = 0; i < t; i++) p.data.set(spare.data.subarray(i * spare.ld, i * spare.ld + k), (from + i) * p.ld);
    arena.release(mark);
    rowNorms(w, l, s, from);
  }
}
