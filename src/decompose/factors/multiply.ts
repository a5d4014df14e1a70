/** The product of two matrices, for the core of a Tucker decomposition. */
import { type Block, openArena, rowStride } from '../../linalg/kernels/kernels.ts';
import { type Matrix, type RealMatrix, zeros } from '../../linalg/matrix.ts';

/** a b in float64. */
export function multiply(a: RealMatrix, b: RealMatrix): Matrix {
  const arena = openArena(a.rows * rowStride(a.cols) + (a.cols + a.rows) * rowStride(b.cols), 3);
  const take = ({ rows, cols, data }: RealMatrix): Block => {
    const block = arena.take(rows, cols);
    for (let i = 0; i < rows; i++) block.data.set(data.subarray(i * cols, (i + 1) * cols), i * block.ld);
    return block;
  };
  const [left, right] = [take(a), take(b)];
  const block = arena.take(a.rows, b.cols);
  arena.gemm(a.rows, b.cols, a.cols, 1, { block: left }, { block: right }, 0, { block });
  const product = zeros(a.rows, b.cols);
  for (let i = 0; i < a.rows; i++) {
    product.data.set(block.data.subarray(i * block.ld, i * block.ld + b.cols), i * b.cols);
  }
  return product;
}
