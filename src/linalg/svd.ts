/** The thin singular value decomposition A = U diag(s) Vᵀ. */
import { UserError } from '../errors/user-error.ts';
import { gram } from './gram.ts';
import { type RealMatrix, transpose } from './matrix.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export { gram } from './gram.ts';
export { type SymmetricEigen, symmetricEigen } from './symmetric-eigen.ts';

/** k = min(rows, cols) singular triplets. */
export interface Svd {
  readonly rows: number;
  readonly cols: number;
  /** rows x k, row-major, orthonormal columns; the entry of largest magnitude in each column is positive. */
  readonly u: Float32Array;
  /** k, descending, >= 0. */
  readonly s: Float64Array;
  /** k x cols, row-major, orthonormal rows. */
  readonly vt: Float32Array;
}

export function svd(a: RealMatrix): Svd {
  requireFinite(a);
  const wide = a.rows <= a.cols;
  const k = Math.min(a.rows, a.cols);
  const long = Math.max(a.rows, a.cols);
  const b = wide ? a : transpose(a); // k x long
  const { vectors } = symmetricEigen(gram(b));
  const s = new Float64Array(k);
  const p = new Float64Array(k * k); // row i: left vector i of b
  const w = new Float64Array(k * long); // row i: right vector i of b
  for (let i = 0; i < k; i++) {
    for (let r = 0; r < k; r++) {
      const c = vectors.data[r * k + i]!;
      p[i * k + r] = c;
      for (let j = 0; j < long; j++) w[i * long + j]! += c * b.data[r * long + j]!;
    }
    let sum = 0;
    for (let j = 0; j < long; j++) sum += w[i * long + j]! ** 2;
    s[i] = Math.sqrt(sum);
    if (s[i]! > 0) for (let j = 0; j < long; j++) w[i * long + j]! /= s[i]!;
  }
  const left = wide ? p : w; // row i: left vector i of a
  const right = wide ? w : p;
  const u = new Float32Array(a.rows * k);
  const vt = new Float32Array(k * a.cols);
  for (let i = 0; i < k; i++) {
    let largest = 0;
    for (let r = 0; r < a.rows; r++) {
      const x = left[i * a.rows + r]!;
      if (Math.abs(x) > Math.abs(largest)) largest = x;
    }
    const sign = largest < 0 ? -1 : 1;
    for (let r = 0; r < a.rows; r++) u[r * k + i] = sign * left[i * a.rows + r]!;
    for (let j = 0; j < a.cols; j++) vt[i * a.cols + j] = sign * right[i * a.cols + j]!;
  }
  return { rows: a.rows, cols: a.cols, u, s, vt };
}

/** NaN and infinity have no factors; a network that holds them is damaged. */
function requireFinite(a: RealMatrix): void {
  const at = a.data.findIndex(x => !Number.isFinite(x));
  if (at < 0) return;
  throw new UserError(
    `Cannot factorise a ${a.rows} x ${a.cols} weight: expected finite numbers, found ${a.data[at]} at row ${Math.floor(at / a.cols)}, column ${at % a.cols}.`,
    'Export the model again from a checkpoint whose weights are finite.',
  );
}
