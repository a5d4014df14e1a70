/** Slower second implementations, and matrices whose decomposition is known. */
import { type Matrix, type RealMatrix, transpose, zeros } from '../../src/linalg/matrix.ts';
import type { Svd } from '../../src/linalg/svd.ts';
import type { Rng } from '../../src/random/rng.ts';

/** a b by the definition. */
export function product(a: RealMatrix, b: RealMatrix): Matrix {
  const c = zeros(a.rows, b.cols);
  for (let i = 0; i < a.rows; i++) {
    for (let l = 0; l < a.cols; l++) {
      const x = a.data[i * a.cols + l]!;
      for (let j = 0; j < b.cols; j++) c.data[i * b.cols + j]! += x * b.data[l * b.cols + j]!;
    }
  }
  return c;
}

/** Singular values by one-sided Jacobi rotations of rows (Hestenes 1958), descending: slow, simple, accurate. */
export function jacobiSingularValues(a: RealMatrix): number[] {
  const { rows, cols, data } = a.rows <= a.cols ? { ...a, data: Float64Array.from(a.data) } : transpose(a);
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let p = 0; p < rows; p++) {
      for (let q = p + 1; q < rows; q++) {
        let [alpha, beta, gamma] = [0, 0, 0];
        for (let j = 0; j < cols; j++) {
          const x = data[p * cols + j]!;
          const y = data[q * cols + j]!;
          alpha += x * x;
          beta += y * y;
          gamma += x * y;
        }
        if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) continue;
        turned = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        for (let j = 0; j < cols; j++) {
          const x = data[p * cols + j]!;
          const y = data[q * cols + j]!;
          data[p * cols + j] = c * (x - t * y);
          data[q * cols + j] = c * (y + t * x);
        }
      }
    }
  }
  const norms = Array.from({ length: rows }, (_, i) =>
    Math.sqrt(data.subarray(i * cols, (i + 1) * cols).reduce((sum, x) => sum + x * x, 0)),
  );
  return norms.sort((x, y) => y - x);
}

/** A normal number, by the sum of twelve uniform ones. */
export function normal(rng: Rng): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += rng.uniform();
  return sum;
}

export function randomMatrix(rows: number, cols: number, rng: Rng): Matrix {
  const a = zeros(rows, cols);
  for (let i = 0; i < a.data.length; i++) a.data[i] = normal(rng);
  return a;
}

/** `count` orthonormal rows of length n: Gram-Schmidt, twice, on random rows. */
export function randomOrthonormalRows(count: number, n: number, rng: Rng): Matrix {
  const q = randomMatrix(count, n, rng);
  for (let i = 0; i < count; i++) {
    const row = q.data.subarray(i * n, (i + 1) * n);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = q.data.subarray(j * n, (j + 1) * n);
        const dot = row.reduce((sum, x, l) => sum + x * other[l]!, 0);
        for (let l = 0; l < n; l++) row[l]! -= dot * other[l]!;
      }
      const norm = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
      for (let l = 0; l < n; l++) row[l]! /= norm;
    }
  }
  return q;
}

/** A rows x cols matrix with these singular values (at most min(rows, cols) of them). */
export function withSpectrum(rows: number, cols: number, s: readonly number[], rng: Rng): Matrix {
  const u = randomOrthonormalRows(s.length, rows, rng);
  const v = randomOrthonormalRows(s.length, cols, rng);
  for (let i = 0; i < s.length; i++) for (let r = 0; r < rows; r++) u.data[i * rows + r]! *= s[i]!;
  return product(transpose(u), v);
}

/** A symmetric matrix with these eigenvalues. */
export function withEigenvalues(values: readonly number[], rng: Rng): Matrix {
  const n = values.length;
  const q = randomOrthonormalRows(n, n, rng);
  const scaled = { ...q, data: q.data.map((x, i) => x * values[Math.floor(i / n)]!) };
  const a = product(transpose(q), scaled);
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a.data[i * n + j] = a.data[j * n + i]!;
  return a;
}

export const frobenius = (a: RealMatrix): number => {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += a.data[i]! ** 2;
  return Math.sqrt(sum);
};

export const difference = (a: RealMatrix, b: RealMatrix): Matrix => ({
  rows: a.rows,
  cols: a.cols,
  data: Float64Array.from(a.data, (x, i) => x - b.data[i]!),
});

/** The first `rank` triplets of a decomposition multiplied out. */
export function truncated({ u, s, vt, rows, cols }: Svd, rank = s.length): Matrix {
  const left = zeros(rows, rank);
  for (let i = 0; i < rows; i++) {
    for (let r = 0; r < rank; r++) left.data[i * rank + r] = u[i * s.length + r]! * s[r]!;
  }
  return product(left, { rows: rank, cols, data: vt.subarray(0, rank * cols) });
}

/** The largest entry of |QᵀQ - I| for the columns of q. */
export function deviationFromOrthonormal(q: RealMatrix): number {
  const { rows, data } = product(transpose(q), q);
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    largest = Math.max(largest, Math.abs(data[i]! - (i % (rows + 1) === 0 ? 1 : 0)));
  }
  return largest;
}
