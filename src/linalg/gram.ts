/** Gram matrices, the symmetric products whose eigenvectors are singular vectors. */
import { openArena, rowStride } from './kernels/kernels.ts';
import { type Matrix, type RealMatrix, zeros } from './matrix.ts';

/** A Aᵀ in float64, rows x rows; exactly symmetric. */
export function gram(a: RealMatrix): Matrix {
  const { rows, cols } = a;
  const arena = openArena(rows * (rowStride(cols) + rowStride(rows)), 2);
  const block = arena.load(a);
  const product = arena.take(rows, rows);
  arena.gemm(rows, rows, cols, 1, { block }, { block, transposed: true }, 0, { block: product }, true);
  const g = zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = i; j < rows; j++) {
      const value = product.data[i * product.ld + j]!;
      g.data[i * rows + j] = value;
      g.data[j * rows + i] = value;
    }
  }
  return g;
}
