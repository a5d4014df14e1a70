/** Eigenvalues and eigenvectors of a real symmetric matrix: tridiagonal form, divide and conquer, and back. */
import { divideBlocks, divideDoubles, tridiagonalEigen } from './divide-and-conquer.ts';
import { requireFinite } from './finite.ts';
import { type Arena, type Block, openArena, rowStride } from './kernels/kernels.ts';
import { type Matrix, zeros } from './matrix.ts';
import { powerOfTwoScale } from './scale.ts';
import { backTransform, tridiagonalBlocks, tridiagonalDoubles, tridiagonalise } from './tridiagonal.ts';

export interface SymmetricEigen {
  /** Eigenvalues, n, descending. */
  readonly values: Float64Array;
  /** n x n, column j belongs to `values[j]`; columns are orthonormal, the entry of largest magnitude in each is positive. */
  readonly vectors: Matrix;
}

/** Decomposes `a`, of which the upper triangle is read. Throws a UserError when an entry is not finite. */
export function symmetricEigen(a: Matrix): SymmetricEigen {
  requireFinite(a);
  const n = a.rows;
  const { up, down } = powerOfTwoScale(a.data);
  const arena = openArena(eigenDoubles(n) + symmetricBlockDoubles(n), eigenBlocks + 1);
  const block = takeSymmetricBlock(arena, n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) block.data[i * block.ld + j] = down * a.data[i * n + j]!;
  }
  const { values, rows, order } = eigenRows(arena, block, n);
  const vectors = zeros(n, n);
  order.forEach((row, j) => {
    const start = row * rows.ld;
    const sign = signOfLargest(rows.data, start, n);
    for (let i = 0; i < n; i++) vectors.data[i * n + j] = sign * rows.data[start + i]!;
  });
  return { values: Float64Array.from(order, row => up * values[row]!), vectors };
}

/** The sign of the entry of largest magnitude (the first of several), 1 for zeros. */
export function signOfLargest(data: Float64Array, from: number, length: number): 1 | -1 {
  let largest = 0;
  for (let i = from; i < from + length; i++) {
    const x = data[i]!;
    if (Math.abs(x) > Math.abs(largest)) largest = x;
  }
  return largest < 0 ? -1 : 1;
}

export interface EigenRows {
  readonly values: Float64Array;
  /** Row i is the unit eigenvector of `values[i]`. */
  readonly rows: Block;
  /** Indices of `values` in descending order. */
  readonly order: readonly number[];
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

/** Doubles, and blocks, that `eigenRows` takes. */
export const eigenDoubles = (n: number): number => (n + 4) * rowStride(n) + divideDoubles(n) + tridiagonalDoubles(n);
export const eigenBlocks = 1 + divideBlocks + tridiagonalBlocks;
export const symmetricBlockDoubles = (n: number): number => roundUp(n, 4) * rowStride(n);

/** A zero block with the padding that `eigenRows` expects of its argument. */
export function takeSymmetricBlock(arena: Arena, n: number): Block {
  const block = arena.take(Math.max(4, roundUp(n, 4)), n);
  block.data.fill(0);
  return block;
}

/** The decomposition of the matrix whose upper triangle is in `a` (see `takeSymmetricBlock`), which is destroyed. */
export function eigenRows(arena: Arena, a: Block, n: number): EigenRows {
  const { d, e, tau } = tridiagonalise(arena, a, n);
  const rows = arena.take(Math.max(4, n), n);
  tridiagonalEigen(arena, d, e, rows);
  backTransform(arena, rows, n, a, tau, n);
  return { values: d, rows, order: [...d.keys()].sort((i, j) => d[j]! - d[i]! || i - j) };
}
