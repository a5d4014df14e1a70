/** Gram matrices, the symmetric products whose eigenvectors are singular vectors. */
import { type Matrix, type RealMatrix, zeros } from './matrix.ts';

/** A Aᵀ in float64, rows x rows; exactly symmetric. */
export function gram(a: RealMatrix): Matrix {
  const { rows, cols, data } = a;
  const g = zeros(rows, rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += data[i * cols + k]! * data[j * cols + k]!;
      g.data[i * rows + j] = sum;
      g.data[j * rows + i] = sum;
    }
  }
  return g;
}
