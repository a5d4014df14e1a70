/** Dense real matrices as plain data, and the few operations on them that are not worth a kernel of their own. */

/** A real matrix in float64, row-major: entry (i, j) is `data[i * cols + j]`. */
export interface Matrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float64Array;
}

/** A matrix as it comes from a network or from a user: float32 or float64, row-major. */
export interface RealMatrix {
  readonly rows: number;
  readonly cols: number;
  readonly data: Float32Array | Float64Array;
}

export const zeros = (rows: number, cols: number): Matrix => ({ rows, cols, data: new Float64Array(rows * cols) });

export function identity(n: number): Matrix {
  const result = zeros(n, n);
  for (let i = 0; i < n; i++) result.data[i * n + i] = 1;
  return result;
}

/** aᵀ, a new matrix. Walks in square blocks, so that neither side misses the cache at every entry. */
export function transpose(a: RealMatrix): Matrix {
  const { rows, cols, data } = a;
  const result = zeros(cols, rows);
  const block = 32;
  for (let i0 = 0; i0 < rows; i0 += block) {
    const i1 = Math.min(rows, i0 + block);
    for (let j0 = 0; j0 < cols; j0 += block) {
      const j1 = Math.min(cols, j0 + block);
      for (let i = i0; i < i1; i++) {
        for (let j = j0; j < j1; j++) result.data[j * rows + i] = data[i * cols + j]!;
      }
    }
  }
  return result;
}
