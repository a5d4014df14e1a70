/** Rows of a matrix made orthonormal where their length says nothing any more. */
import { seededRng } from '../random/rng.ts';
import type { Arena, Block } from './kernels/kernels.ts';

/** A row shorter than this share of the longest has a direction that rounding has touched: it is made orthogonal again. */
const touchedShare = 1e-6;
/** Rows that are made orthogonal to those before them by one matrix product. */
const panel = 32;

/** Doubles, and blocks, that `completeRows` takes. */
export const completeDoubles = (k: number): number => panel * (k + 80);
export const completeBlocks = 2;

/**
 * Divides row i of `w` (length l, at least as many columns as rows) by s_i, s descending. Rows with a small s are then made
 * orthogonal to all before them by block Gram-Schmidt, twice (Giraud et al. 2005: twice is enough); rows with s = 0 start
 * from random numbers, always the same. The result has orthonormal rows.
 */
export function completeRows(arena: Arena, w: Block, s: Float64Array, l: number): void {
  const k = s.length;
  const { data, ld } = w;
  const rng = seededRng(1);
  for (let i = 0; i < k; i++) {
    const scale = s[i]! > 0 ? 1 / s[i]! : 0;
    for (let j = i * ld; j < i * ld + l; j++) data[j] = scale > 0 ? scale * data[j]! : rng.uniform() - 0.5;
    data.fill(0, i * ld + l, (i + 1) * ld);
  }
  const first = s.findIndex(x => x <= touchedShare * s[0]!);
  if (first < 0) return;
  const projections = arena.take(panel, k);
  const coefficients = arena.take(1, panel);
  for (let from = first; from < k; from += panel) {
    const size = Math.min(panel, k - from);
    const rows = { block: w, row: from };
    for (let pass = 0; pass < 2; pass++) {
      arena.gemm(size, from, l, 1, rows, { block: w, transposed: true }, 0, { block: projections });
      arena.gemm(size, l, from, -1, { block: projections }, { block: w }, 1, rows);
      for (let i = 0; i < size; i++) {
        const at = (from + i) * ld;
        const [block, row] = [w.at + 8 * from * ld, w.at + 8 * at];
        arena.kernels.rowsDot(i, ld, block, ld, row, coefficients.at);
        arena.kernels.rowsSubtract(i, ld, coefficients.at, block, ld, row);
        normalise(data, at, l);
      }
    }
  }
}

function normalise(data: Float64Array, from: number, length: number): void {
  let squares = 0;
  for (let j = from; j < from + length; j++) squares += data[j]! * data[j]!;
  const scale = 1 / Math.sqrt(squares);
  for (let j = from; j < from + length; j++) data[j]! *= scale;
}
