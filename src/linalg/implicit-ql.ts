/** Implicit QL with Wilkinson's shift for a small symmetric tridiagonal matrix (Wilkinson and Reinsch 1971, tql2). */
import type { Block } from './kernels/kernels.ts';

const largestSweeps = 100;

/**
 * Diagonal d[from .. to - 1] becomes the eigenvalues; `e` holds the to - from - 1 off-diagonal entries and one more place.
 * Rows from .. to - 1 of `vectors` are rotated along in the same columns.
 */
export function implicitQl(d: Float64Array, e: Float64Array, vectors: Block, from: number, to: number): void {
  const { data: v, ld } = vectors;
  const e0 = -from;
  for (let l = from; l < to; l++) {
    for (let sweep = 0; sweep < largestSweeps; sweep++) {
      let m = l;
      while (m < to - 1 && Math.abs(e[e0 + m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++;
      if (m === l) break;
      let g = (d[l + 1]! - d[l]!) / (2 * e[e0 + l]!);
      let r = Math.sqrt(g * g + 1);
      g = d[m]! - d[l]! + e[e0 + l]! / (g + (g < 0 ? -r : r));
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * e[e0 + i]!;
        const b = c * e[e0 + i]!;
        r = Math.sqrt(f * f + g * g);
        e[e0 + i + 1] = r;
        if (r === 0) {
          d[i + 1]! -= p;
          e[e0 + m] = 0;
          break;
        }
        s = f / r;
        c = g / r;
        g = d[i + 1]! - p;
        r = (d[i]! - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        const upper = i * ld;
        const lower = upper + ld;
        for (let k = from; k < to; k++) {
          const x = v[lower + k]!;
          const y = v[upper + k]!;
          v[lower + k] = s * y + c * x;
          v[upper + k] = c * y - s * x;
        }
      }
      if (r === 0 && i >= l) continue;
      d[l]! -= p;
      e[e0 + l] = g;
      e[e0 + m] = 0;
    }
  }
}
