/**
 * What an error e of a site's outputs costs, as |R e|^2: R = diag(g) magnifies each channel as the BatchNormalization behind the site does; R'R = G
 * weighs it by how the network's answer depends on it. Rows of an unfolding are (o, tap), so that R acts on all taps alike.
 */
import { cholesky } from '../../linalg/cholesky.ts';
import { type Matrix, type RealMatrix, transpose, zeros } from '../../linalg/matrix.ts';
import { multiply } from '../../linalg/multiply.ts';

export interface OutputRoot {
  /** R, outs x outs. */
  readonly root: Matrix;
  readonly inverse: Matrix;
}

/** @param scale positive */
export function diagonalRoot(scale: Float64Array): OutputRoot {
  const diagonal = (value: (i: number) => number): Matrix => {
    const result = zeros(scale.length, scale.length);
    for (let i = 0; i < scale.length; i++) result.data[i * scale.length + i] = value(i);
    return result;
  };
  return { root: diagonal(i => scale[i]!), inverse: diagonal(i => 1 / scale[i]!) };
}

/** The transposed Cholesky factor of G; null when it is not positive definite. */
export function choleskyRoot(g: Matrix): OutputRoot | null {
  const factor = cholesky(g);
  if (!factor) return null;
  return { root: transpose(multiply(g, factor.inverse)), inverse: factor.inverse };
}

/** (R x I) M for M with rows (o, tap): one product, since the taps of an output lie one after the other. */
export function timesRoot(root: Matrix, m: RealMatrix): Matrix {
  const { rows, cols, data } = m;
  const product = multiply(root, { rows: root.rows, cols: (rows * cols) / root.rows, data });
  return { rows, cols, data: product.data };
}

/** R Y R'. */
export const congruent = (root: Matrix, y: Matrix): Matrix => multiply(multiply(root, y), transpose(root));
