/**
 * Means and standard deviations of all objectives at a batch of candidates, in every world.
 *
 * Notation: N places of a process, W Wᵀ the inverse of their covariance, k(x) a candidate's covariances with them. Its variance is
 * k(x, x) - |Wᵀ k(x)|², and its mean in a world k(x)ᵀ alpha. A batch of rows k(x)ᵀ makes the product with W one of matrices.
 */
import { type Arena, type Block, openArena, rowStride } from '../../linalg/kernels/kernels.ts';
import type { Fantasies } from './fantasies.ts';

/** Candidates at once. */
export const batch = 64;

export interface Posterior {
  /** Where the covariances of candidate c belong before `predict`: from place c * ld of `data` on. */
  readonly rows: Block;
  /** The prior variances of the batch, likewise. */
  readonly priors: Float64Array;
  /** By world and candidate: a mean per objective, in its units. */
  readonly means: readonly (readonly Float64Array[])[];
  /** By candidate: a standard deviation per objective, in its units. */
  readonly sds: readonly Float64Array[];
  /** Writes the means and standard deviations of objective `k` of the first `count` candidates. */
  predict(k: number, count: number): void;
}

/** Holds the arena of the linear algebra kernels: nothing else may use them while the posterior is in use. */
export function openPosterior(fantasies: readonly Fantasies[]): Posterior {
  const sizes = fantasies.map(({ places }) => places.length);
  const widest = Math.max(...sizes);
  const doubles = sizes.reduce((sum, n) => sum + n * rowStride(n), 0);
  const arena = openArena(doubles + 2 * batch * rowStride(widest), fantasies.length + 2);
  const inverses = fantasies.map(({ factor }) => arena.load(factor.inverse));
  const rows = arena.take(batch, widest);
  const products = arena.take(batch, widest);
  const worldCount = fantasies[0]!.alphas.length;
  const vectors = () => Array.from({ length: batch }, () => new Float64Array(fantasies.length));
  const means = Array.from({ length: worldCount }, vectors);
  const sds = vectors();
  const priors = new Float64Array(batch);
  return {
    rows,
    priors,
    means,
    sds,
    predict: (k, count) => {
      const { covariance, alphas } = fantasies[k]!;
      const { offset, scale } = covariance.fit.standardisation;
      const n = sizes[k]!;
      multiplyUpper(arena, rows, inverses[k]!, products, count, n);
      for (let c = 0; c < count; c++) {
        let variance = priors[c]!;
        const at = c * products.ld;
        for (let a = 0; a < n; a++) variance -= products.data[at + a]! ** 2;
        sds[c]![k] = scale * Math.sqrt(Math.max(0, variance));
        const row = c * rows.ld;
        for (let world = 0; world < worldCount; world++) {
          const alpha = alphas[world]!;
          let mean = 0;
          for (let a = 0; a < n; a++) mean += rows.data[row + a]! * alpha[a]!;
          means[world]![c]![k] = offset + scale * mean;
        }
      }
    },
  };
}

/** rows W into products, by blocks of columns, since W is upper triangular. */
function multiplyUpper(arena: Arena, rows: Block, w: Block, products: Block, count: number, n: number): void {
  const width = 64;
  for (let col = 0; col < n; col += width) {
    const end = Math.min(n, col + width);
    arena.gemm(count, end - col, end, 1, { block: rows }, { block: w, col }, 0, { block: products, col });
  }
}
