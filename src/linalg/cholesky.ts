/**
 * Cholesky factors of symmetric positive definite matrices, and their inverses.
 *
 * Notation: A = Uᵀ U with U upper triangular, n x n; W = U⁻¹, so that A⁻¹ = W Wᵀ and ln det A = 2 sum_i ln U_ii. With W at
 * hand a solve is a product, many solves are one matrix product, and one more row of A is one more column of W.
 */
import { type Arena, type Block, openArena, rowStride } from './kernels/kernels.ts';
import { type Matrix, zeros } from './matrix.ts';

/** Columns that are eliminated at once; what remains is left to matrix products. */
const panel = 32;

/**
 * Factorises the n x n matrix whose upper triangle is in `a`, in place: right-looking, by panels (Golub and Van Loan 2013,
 * section 4.2.9). The lower triangle is left undefined. False where a pivot is not positive (or NaN): `a` is then destroyed.
 */
export function choleskyBlock(arena: Arena, a: Block, n: number): boolean {
  const { data, ld } = a;
  for (let k0 = 0; k0 < n; k0 += panel) {
    const k1 = Math.min(n, k0 + panel);
    for (let k = k0; k < k1; k++) {
      const pivot = data[k * ld + k]!;
      if (!(pivot > 0)) return false;
      const root = Math.sqrt(pivot);
      data[k * ld + k] = root;
      for (let j = k + 1; j < n; j++) data[k * ld + j]! /= root;
      for (let i = k + 1; i < k1; i++) {
        const factor = data[k * ld + i]!;
        if (factor === 0) continue;
        for (let j = i; j < n; j++) data[i * ld + j]! -= factor * data[k * ld + j]!;
      }
    }
    const rest = n - k1;
    if (rest === 0) break;
    const right = { block: a, row: k0, col: k1 };
    arena.gemm(rest, rest, k1 - k0, -1, { ...right, transposed: true }, right, 1, { block: a, row: k1, col: k1 }, true);
  }
  return true;
}

/**
 * W = U⁻¹ of the upper triangular n x n matrix in `u`, into `w`, whose lower triangle becomes zero. By halves:
 * the inverse of [A B; 0 C] is [A⁻¹, -A⁻¹ B C⁻¹; 0, C⁻¹]. `scratch` has room for n x n.
 */
export function invertUpperBlock(arena: Arena, u: Block, w: Block, scratch: Block, n: number): void {
  for (let i = 1; i < n; i++) w.data.fill(0, i * w.ld, i * w.ld + i);
  invertPart(arena, u, w, scratch, 0, n);
}

function invertPart(arena: Arena, u: Block, w: Block, scratch: Block, from: number, to: number): void {
  if (to - from <= panel) {
    invertSmall(u, w, from, to);
    return;
  }
  const middle = from + panel * Math.ceil((to - from) / (2 * panel));
  invertPart(arena, u, w, scratch, from, middle);
  invertPart(arena, u, w, scratch, middle, to);
  const [above, below] = [middle - from, to - middle];
  const corner = { row: from, col: middle };
  const product = { block: scratch };
  arena.gemm(above, below, above, 1, { block: w, row: from, col: from }, { block: u, ...corner }, 0, product);
  arena.gemm(above, below, below, -1, product, { block: w, row: middle, col: middle }, 0, { block: w, ...corner });
}

/** Row i of W from the rows below it: W_ii = 1 / U_ii, W_ij = -W_ii sum_{i<k<=j} U_ik W_kj. */
function invertSmall(u: Block, w: Block, from: number, to: number): void {
  for (let i = to - 1; i >= from; i--) {
    const row = i * w.ld;
    const inverse = 1 / u.data[i * u.ld + i]!;
    for (let j = i + 1; j < to; j++) w.data[row + j] = 0;
    for (let k = i + 1; k < to; k++) {
      const factor = -inverse * u.data[i * u.ld + k]!;
      for (let j = k; j < to; j++) w.data[row + j]! += factor * w.data[k * w.ld + j]!;
    }
    w.data[row + i] = inverse;
  }
}

export interface Cholesky {
  /** W = U⁻¹, n x n, upper triangular. */
  readonly inverse: Matrix;
  /** ln det A. */
  readonly logDeterminant: number;
}

/** Of `a`, whose upper triangle is read; null where it is not positive definite to working precision. */
export function cholesky(a: Matrix): Cholesky | null {
  const n = a.rows;
  const arena = openArena(3 * n * rowStride(n), 3);
  const block = arena.load(a);
  const [w, scratch] = [arena.take(n, n), arena.take(n, n)];
  if (!choleskyBlock(arena, block, n)) return null;
  invertUpperBlock(arena, block, w, scratch, n);
  const inverse = zeros(n, n);
  for (let i = 0; i < n; i++) inverse.data.set(w.data.subarray(i * w.ld, i * w.ld + n), i * n);
  return { inverse, logDeterminant: 2 * sumOfLogs(block.data, block.ld, n) };
}

export function sumOfLogs(data: Float64Array, ld: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(data[i * ld + i]!);
  return sum;
}

/**
 * The factor of [A k; kᵀ d] from that of A, O(n²): with l = Wᵀ k and s = sqrt(d - lᵀ l), W gains the column
 * (-W l / s, 1 / s). Null where d - lᵀ l is not positive.
 */
export function extendCholesky(factor: Cholesky, k: Float64Array, d: number): Cholesky | null {
  const n = factor.inverse.rows;
  const l = timesTransposed(factor.inverse, k);
  let schur = d;
  for (let i = 0; i < n; i++) schur -= l[i]! ** 2;
  if (!(schur > 0)) return null;
  const s = Math.sqrt(schur);
  const column = timesUpper(factor.inverse, l);
  const inverse = zeros(n + 1, n + 1);
  for (let i = 0; i < n; i++) {
    inverse.data.set(factor.inverse.data.subarray(i * n, (i + 1) * n), i * (n + 1));
    inverse.data[i * (n + 1) + n] = -column[i]! / s;
  }
  inverse.data[n * (n + 1) + n] = 1 / s;
  return { inverse, logDeterminant: factor.logDeterminant + 2 * Math.log(s) };
}

/** A⁻¹ y = W (Wᵀ y). */
export const solveCholesky = ({ inverse }: Cholesky, y: Float64Array): Float64Array =>
  timesUpper(inverse, timesTransposed(inverse, y));

/** Wᵀ x, W upper triangular. */
export function timesTransposed({ rows: n, data }: Matrix, x: Float64Array): Float64Array {
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const factor = x[i]!;
    for (let j = i; j < n; j++) result[j]! += factor * data[i * n + j]!;
  }
  return result;
}

/** W x, W upper triangular. */
export function timesUpper({ rows: n, data }: Matrix, x: Float64Array): Float64Array {
  const result = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = i; j < n; j++) sum += data[i * n + j]! * x[j]!;
    result[i] = sum;
  }
  return result;
}
