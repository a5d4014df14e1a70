import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identity, type Matrix, zeros } from '../../src/linalg/matrix.ts';
import { symmetricEigen } from '../../src/linalg/symmetric-eigen.ts';
import { seededRng } from '../../src/random/rng.ts';
import { deviationFromOrthonormal, frobenius, product, randomMatrix, withEigenvalues } from './oracles.ts';

/** A X = X diag(values), X orthonormal, values descending: what makes it a decomposition, whatever the method. */
function expectDecomposition(a: Matrix): Float64Array {
  const n = a.rows;
  const { values, vectors } = symmetricEigen(a);
  const left = product(a, vectors);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) left.data[i * n + j]! -= vectors.data[i * n + j]! * values[j]!;
  const bound = 20 * Number.EPSILON * Math.sqrt(n);
  expect(frobenius(left)).toBeLessThanOrEqual(bound * frobenius(a));
  expect(deviationFromOrthonormal(vectors)).toBeLessThanOrEqual(bound);
  for (let j = 1; j < n; j++) expect(values[j]!).toBeLessThanOrEqual(values[j - 1]!);
  for (let j = 0; j < n; j++) {
    const column = Array.from({ length: n }, (_, i) => vectors.data[i * n + j]!);
    expect(Math.max(...column)).toBeGreaterThanOrEqual(-Math.min(...column)); // the canonical sign
  }
  return values;
}

function tridiagonal(diagonal: readonly number[], off: (i: number) => number): Matrix {
  const n = diagonal.length;
  const a = zeros(n, n);
  diagonal.forEach((x, i) => {
    a.data[i * n + i] = x;
    if (i + 1 < n) {
      a.data[i * n + i + 1] = off(i);
      a.data[(i + 1) * n + i] = off(i);
    }
  });
  return a;
}

/** Wilkinson's W+, whose large eigenvalues come in pairs that agree to many digits. */
const wilkinson = (m: number): number[] => Array.from({ length: 2 * m + 1 }, (_, i) => Math.abs(i - m));

describe('symmetricEigen', () => {
  it('gives 2 - 2 cos(j pi / (n + 1)) for the second difference matrix', () => {
    for (const n of [1, 2, 31, 32, 33, 65, 200]) {
      const values = expectDecomposition(tridiagonal(Array<number>(n).fill(2), () => -1));
      for (let j = 1; j <= n; j++) {
        expect(Math.abs(values[n - j]! - (2 - 2 * Math.cos((j * Math.PI) / (n + 1))))).toBeLessThan(2e-14);
      }
    }
  });

  it('keeps n = 1, the identity and zero as they are', () => {
    expect(symmetricEigen({ rows: 1, cols: 1, data: Float64Array.of(-3) }).values).toEqual(Float64Array.of(-3));
    for (const n of [2, 40, 90]) {
      expect(symmetricEigen(identity(n)).values).toEqual(new Float64Array(n).fill(1));
      expect(deviationFromOrthonormal(symmetricEigen(identity(n)).vectors)).toBe(0);
      expect(symmetricEigen(zeros(n, n)).values).toEqual(new Float64Array(n));
    }
    expect(symmetricEigen(zeros(0, 0)).values).toHaveLength(0);
  });

  it('finds prescribed eigenvalues, also repeated, clustered, zero, negative and graded ones', () => {
    const rng = seededRng(11);
    const n = 100;
    const spectra: Record<string, (i: number) => number> = {
      spread: i => 1 + i,
      signs: i => (i % 2 === 0 ? 1 : -1),
      repeated: i => Math.floor(i / 25),
      clustered: i => 1 + 1e-13 * i,
      'half zero': i => Math.max(0, i - 50),
      graded: i => 10 ** (-i / 5),
      'one large': i => (i === 7 ? 1e8 : 1),
    };
    for (const spectrum of Object.values(spectra)) {
      const wanted = Array.from({ length: n }, (_, i) => spectrum(i)).sort((x, y) => y - x);
      const values = expectDecomposition(withEigenvalues(wanted, rng));
      const scale = Math.max(...wanted.map(Math.abs));
      wanted.forEach((x, i) => {
        expect(Math.abs(values[i]! - x)).toBeLessThan(1e-13 * scale);
      });
    }
  });

  it('stays orthogonal on Wilkinson matrices, alone and glued', () => {
    expectDecomposition(tridiagonal(wilkinson(10), () => 1));
    expectDecomposition(tridiagonal(wilkinson(60), () => 1));
    // Copies glued by tiny couplings: nearly every eigenvalue is a cluster, the classic trap of divide and conquer.
    for (const glue of [1e-4, 1e-8, 1e-14]) {
      const diagonal = Array.from({ length: 8 }, () => wilkinson(10)).flat();
      expectDecomposition(tridiagonal(diagonal, i => (i % 21 === 20 ? glue : 1)));
    }
  });

  it('decomposes block diagonal matrices with equal blocks, and matrices of rank one', () => {
    const rng = seededRng(12);
    const small = randomMatrix(20, 20, rng);
    const n = 80;
    const a = zeros(n, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (Math.floor(i / 20) !== Math.floor(j / 20)) continue;
        a.data[i * n + j] = small.data[(i % 20) * 20 + (j % 20)]! + small.data[(j % 20) * 20 + (i % 20)]!;
      }
    }
    const values = expectDecomposition(a);
    for (let i = 0; i < n; i += 4) expect(values[i]! - values[i + 3]!).toBeLessThan(1e-12);
    const ones = { rows: 70, cols: 70, data: new Float64Array(4900).fill(1) };
    expect(expectDecomposition(ones)[0]).toBeCloseTo(70, 11);
  });

  it('reads the upper triangle only', () => {
    const a = withEigenvalues([5, 3, 1, 0.5], seededRng(1));
    const spoilt = { ...a, data: a.data.map((x, i) => (i % 4 < Math.floor(i / 4) ? 99 : x)) };
    expect(symmetricEigen(spoilt)).toEqual(symmetricEigen(a));
  });

  it('scales exactly with powers of two, to the ends of the range', () => {
    const a = withEigenvalues([4, 2, 1, -1, -7, 0.1], seededRng(2));
    const { values, vectors } = symmetricEigen(a);
    for (const scale of [2 ** -1000, 2 ** -40, 2 ** 900]) {
      const scaled = symmetricEigen({ ...a, data: a.data.map(x => scale * x) });
      expect(scaled.values).toEqual(values.map(x => scale * x));
      expect(scaled.vectors).toEqual(vectors);
    }
  });

  it('decomposes random matrices of any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 110 }), fc.integer(), fc.integer({ min: 0, max: 3 }), (n, seed, digits) => {
        const rng = seededRng(seed);
        const a = zeros(n, n);
        for (let i = 0; i < n; i++) {
          for (let j = i; j < n; j++) {
            // Few digits make zeros, ties and reducible matrices common.
            const x = Math.round((rng.uniform() - 0.5) * 10 ** digits * 2) / 10 ** digits;
            a.data[i * n + j] = x;
            a.data[j * n + i] = x;
          }
        }
        expectDecomposition(a);
      }),
      { numRuns: 60, seed: 5 },
    );
  });
});
