/** The product of two matrices. */
import { openArena, rowStride } from './kernels/kernels.ts';
import { type Matrix, type RealMatrix, zeros } from './matrix.ts';

/** a b in float64; `a.cols` must equal `b.rows`. */
export function multiply(a: RealMatrix, b: RealMatrix): Matrix {
  if (a.cols !== b.rows) throw new RangeError(`cannot multiply ${a.rows} x ${a.cols} by ${b.rows} x ${b.cols}`);
  const doubles = a.rows * (rowStride(a.cols) + rowStride(b.cols)) + b.rows * rowStride(b.cols);
  const arena = openArena(doubles, 3);
  const left = arena.load(a);
  const right = arena.load(b);
  const product = arena.take(a.rows, b.cols);
  arena.gemm(a.rows, b.cols, a.cols, 1, { block: left }, { block: right }, 0, { block: product });
  const result = zeros(a.rows, b.cols);
  for (let i = 0; i < a.rows; i++) {
    result.data.set(product.data.subarray(i * product.ld, i * product.ld + b.cols), i * b.cols);
  }
  return result;
}
