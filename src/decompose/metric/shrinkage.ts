/** Second moments of few images, drawn towards a multiple of the identity by as much as they are uncertain. */
import type { Matrix } from '../../linalg/matrix.ts';

/** However many images there are, so much stays: directions that no image has shown must not cost nothing. */
const leastShare = 1e-4;

/**
 * The share rho of the identity in (1 - rho) S + rho (tr S / D) I that an n-sample estimate S wants, the oracle approximating shrinkage of
 * Chen, Wiesel, Eldar and Hero 2010, "Shrinkage algorithms for MMSE covariance estimation", equation 23. Patches of one image
 * are alike, so that n counts images: with one image, or with no spread among the eigenvalues, rho is 1 and the metric that of plain factors.
 */
export function shrinkageShare(trace: number, squares: number, order: number, images: number): number {
  const spread = squares - trace ** 2 / order;
  if (!(spread > 0) || !(images > 0)) return 1;
  const share = ((1 - 2 / order) * squares + trace ** 2) / ((images + 1 - 2 / order) * spread);
  return Math.min(1, Math.max(leastShare, share));
}

/** tr S and the sum of the squared entries of S. */
export function invariants({ rows, data }: Matrix): { readonly trace: number; readonly squares: number } {
  let trace = 0;
  let squares = 0;
  for (let i = 0; i < rows; i++) trace += data[i * rows + i]!;
  for (let i = 0; i < data.length; i++) squares += data[i]! ** 2;
  return { trace, squares };
}

/** (1 - rho) S + rho (tr S / D) I; the identity where S is zero. */
export function shrunk({ rows, data }: Matrix, share: number): Matrix {
  let trace = 0;
  for (let i = 0; i < rows; i++) trace += data[i * rows + i]!;
  const result = data.map(value => (1 - share) * value);
  const diagonal = trace > 0 ? (share * trace) / rows : 1;
  for (let i = 0; i < rows; i++) result[i * rows + i]! += diagonal;
  return { rows, cols: rows, data: result };
}
