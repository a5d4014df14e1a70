/**
 * The higher-order SVD of an O x C x A tensor over its first two modes: W = G x_out U x_in V (De Lathauwer, De Moor and
 * Vandewalle 2000, theorem 2). A mode's singular vectors are the eigenvectors of that mode's Gram matrix, which is small
 * whatever the length of the unfolding; the singular values are taken from the core and do not suffer from the squaring.
 */
import { gram } from '../../linalg/gram.ts';
import type { Matrix, RealMatrix } from '../../linalg/matrix.ts';
import { multiply } from '../../linalg/multiply.ts';
import { symmetricEigen } from '../../linalg/symmetric-eigen.ts';

export interface Hosvd {
  /** Q x O and P x C, orthonormal rows: Uᵀ and Vᵀ. Q = min(O, C A), P = min(C, O A). */
  readonly u: Matrix;
  readonly v: Matrix;
  /** G, Q x P x A. */
  readonly core: Float64Array;
  /** Q x P: the sum over A of the squared core. */
  readonly energy: Float64Array;
  /** P and Q singular values of the input and output unfolding. */
  readonly inputSpectrum: Float64Array;
  readonly outputSpectrum: Float64Array;
}

export function hosvd(w: Float32Array, outs: number, ins: number, area: number): Hosvd {
  const outputs = Math.min(outs, ins * area);
  const inputs = Math.min(ins, outs * area);
  const byOutput = { rows: outs, cols: ins * area, data: w };
  const u = singularVectors(byOutput, outputs);
  const v = singularVectors({ rows: ins, cols: outs * area, data: swapped(w, outs, ins, area) }, inputs);
  const half = multiply(u, byOutput); // Q x C x A
  const whole = multiply(v, { rows: ins, cols: outputs * area, data: swapped(half.data, outputs, ins, area) }); // P x Q x A
  const core = swapped(whole.data, inputs, outputs, area);
  const energy = new Float64Array(outputs * inputs);
  const inputSquares = new Float64Array(inputs);
  const outputSquares = new Float64Array(outputs);
  // The norm of slice i of the core along a mode is singular value i of that mode (equation 15 of the paper).
  for (let q = 0; q < outputs; q++) {
    for (let p = 0; p < inputs; p++) {
      const at = q * inputs + p;
      let sum = 0;
      for (let i = at * area; i < (at + 1) * area; i++) sum += core[i]! ** 2;
      energy[at] = sum;
      inputSquares[p]! += sum;
      outputSquares[q]! += sum;
    }
  }
  return {
    u,
    v,
    core,
    energy,
    inputSpectrum: inputSquares.map(Math.sqrt),
    outputSpectrum: outputSquares.map(Math.sqrt),
  };
}

/** The first `count` left singular vectors of `a` as the rows of a matrix. */
function singularVectors(a: RealMatrix, count: number): Matrix {
  const { vectors } = symmetricEigen(gram(a));
  const data = new Float64Array(count * a.rows);
  for (let j = 0; j < a.rows; j++) {
    for (let i = 0; i < count; i++) data[i * a.rows + j] = vectors.data[j * a.rows + i]!;
  }
  return { rows: count, cols: a.rows, data };
}

/** M x N x A to N x M x A. */
export function swapped<T extends Float32Array | Float64Array>(x: T, m: number, n: number, area: number): T {
  const result = x.slice() as T;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const from = (i * n + j) * area;
      const to = (j * m + i) * area;
      for (let k = 0; k < area; k++) result[to + k] = x[from + k]!;
    }
  }
  return result;
}
