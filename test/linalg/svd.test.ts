import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Matrix, type RealMatrix, transpose } from '../../src/linalg/matrix.ts';
import { type Svd, svd } from '../../src/linalg/svd.ts';
import { seededRng } from '../../src/random/rng.ts';
import {
  deviationFromOrthonormal,
  difference,
  frobenius,
  jacobiSingularValues,
  randomMatrix,
  truncated,
  withSpectrum,
} from './oracles.ts';

const toFloat32 = (a: Matrix): RealMatrix => ({ ...a, data: Float32Array.from(a.data) });

/** A = U S Vt to float32, U and Vt orthonormal, s descending, the canonical sign: what makes it the decomposition. */
function expectDecomposition(a: RealMatrix): Svd {
  const result = svd(a);
  const { u, s, vt, rows, cols } = result;
  const k = Math.min(a.rows, a.cols);
  expect([rows, cols, s.length, u.length, vt.length]).toEqual([a.rows, a.cols, k, a.rows * k, k * a.cols]);
  expect(frobenius(difference(a, truncated(result)))).toBeLessThanOrEqual(1.5e-7 * frobenius(a));
  expect(deviationFromOrthonormal({ rows, cols: k, data: u })).toBeLessThan(3e-7);
  expect(deviationFromOrthonormal(transpose({ rows: k, cols, data: vt }))).toBeLessThan(3e-7);
  for (let i = 0; i < k; i++) {
    expect(s[i]).toBeGreaterThanOrEqual(0);
    if (i > 0) expect(s[i]).toBeLessThanOrEqual(s[i - 1]!);
    const column = Array.from({ length: rows }, (_, r) => u[r * k + i]!);
    expect(Math.max(...column)).toBeGreaterThanOrEqual(-Math.min(...column));
  }
  return result;
}

/** |A - A_r| against the root of the sum of the squared discarded singular values. */
function expectTruncation(a: RealMatrix, result: Svd, rank: number): void {
  const tail = Math.sqrt(result.s.subarray(rank).reduce((sum, x) => sum + x * x, 0));
  const error = frobenius(difference(a, truncated(result, rank)));
  // Vectors are stored in float32, each entry rounded by up to 2^-24 of itself: no error can be told below that.
  const stored = 2 ** -24 * frobenius(a);
  expect(Math.abs(error - tail)).toBeLessThanOrEqual(1e-5 * tail + stored);
}

describe('svd', () => {
  it('gives the closed form of 2 x 2 matrices', () => {
    // A = [[3, 0], [4, 5]]: AᵀA has eigenvalues 45 and 5.
    const { s, u, vt } = svd({ rows: 2, cols: 2, data: Float64Array.of(3, 0, 4, 5) });
    expect(s[0]).toBeCloseTo(Math.sqrt(45), 13);
    expect(s[1]).toBeCloseTo(Math.sqrt(5), 13);
    expect([...u].map(x => x * Math.sqrt(10))).toEqual([1, 3, 3, -1].map(x => expect.closeTo(x, 6)));
    expect([...vt].map(x => x * Math.SQRT2)).toEqual([1, 1, 1, -1].map(x => expect.closeTo(x, 6)));
  });

  it('gives the norm of a single row or column, and of a single number', () => {
    const data = Float32Array.of(2, 3, 6);
    expect(svd({ rows: 1, cols: 3, data }).s).toEqual(Float64Array.of(7));
    expect(svd({ rows: 3, cols: 1, data }).s).toEqual(Float64Array.of(7));
    expect(svd({ rows: 1, cols: 1, data: Float32Array.of(-4) })).toMatchObject({
      s: Float64Array.of(4),
      u: Float32Array.of(1),
      vt: Float32Array.of(-1),
    });
  });

  it('gives orthonormal vectors and zeros for the zero matrix', () => {
    for (const [rows, cols] of [
      [1, 1],
      [5, 40],
      [70, 33],
    ] as const) {
      const { s } = expectDecomposition({ rows, cols, data: new Float32Array(rows * cols) });
      expect(s).toEqual(new Float64Array(Math.min(rows, cols)));
    }
  });

  it('gives ones for the identity and for orthonormal rows, with all the freedom that repeated values leave', () => {
    const n = 50;
    const data = new Float32Array(n * n);
    for (let i = 0; i < n; i++) data[i * n + ((7 * i) % n)] = 1;
    expect(expectDecomposition({ rows: n, cols: n, data }).s).toEqual(new Float64Array(n).fill(1));
    const flat = withSpectrum(30, 80, Array<number>(30).fill(1), seededRng(3));
    for (const x of expectDecomposition(flat).s) expect(x).toBeCloseTo(1, 13);
  });

  it('agrees with one-sided Jacobi on random matrices, wide, tall and square', () => {
    const rng = seededRng(21);
    for (const [rows, cols] of [
      [64, 40],
      [40, 64],
      [48, 48],
      [3, 90],
      [33, 34],
    ] as const) {
      const a = toFloat32(randomMatrix(rows, cols, rng));
      const { s } = expectDecomposition(a);
      jacobiSingularValues(a).forEach((x, i) => {
        expect(Math.abs(s[i]! - x)).toBeLessThan(1e-12 * s[0]!);
      });
    }
  });

  it('finds prescribed singular values to 1e-9 of each, down to 1e-6 of the largest', () => {
    const rng = seededRng(22);
    for (const [rows, cols] of [
      [60, 60],
      [40, 100],
      [100, 40],
    ] as const) {
      const k = Math.min(rows, cols);
      const spectra = [
        Array.from({ length: k }, (_, i) => 10 ** ((-6 * i) / (k - 1))), // condition 1e6, evenly graded
        Array.from({ length: k }, (_, i) => (i < k / 2 ? 1 : 1e-6)), // two clusters
        Array.from({ length: k }, (_, i) => (i === 0 ? 1e6 : 1 + i / k)), // one giant
      ];
      for (const wanted of spectra) {
        const sorted = wanted.toSorted((x, y) => y - x);
        const { s } = expectDecomposition(withSpectrum(rows, cols, sorted, rng));
        sorted.forEach((x, i) => {
          expect(Math.abs(s[i]! / x - 1)).toBeLessThan(1e-9);
        });
      }
    }
  });

  it('has a truncation error equal to the discarded singular values, at every rank', () => {
    const rng = seededRng(23);
    const k = 40;
    const matrices = [
      randomMatrix(k, 70, rng),
      randomMatrix(70, k, rng),
      withSpectrum(
        70,
        k,
        Array.from({ length: k }, (_, i) => 0.8 ** i),
        rng,
      ),
      withSpectrum(
        k,
        70,
        Array.from({ length: k }, (_, i) => 10 ** (-i / 6)),
        rng,
      ),
    ].map(toFloat32);
    for (const a of matrices) {
      const result = svd(a);
      for (let rank = 0; rank <= k; rank++) expectTruncation(a, result, rank);
    }
  });

  it('gives exact zeros beyond the rank, and completes the vectors', () => {
    const rng = seededRng(24);
    for (const [rows, cols, rank] of [
      [50, 90, 13],
      [90, 50, 49],
      [60, 60, 1],
    ] as const) {
      const a = withSpectrum(
        rows,
        cols,
        Array.from({ length: rank }, (_, i) => rank - i),
        rng,
      );
      const { s } = expectDecomposition(a);
      expect([...s].filter(x => x > 0)).toHaveLength(rank);
      expectTruncation(a, svd(a), rank);
    }
  });

  it('copes with dead channels and with channels that are equal', () => {
    const rng = seededRng(25);
    const a = randomMatrix(48, 64, rng);
    for (let i = 0; i < 48; i += 3) a.data.fill(0, i * 64, (i + 1) * 64);
    for (let i = 1; i + 3 < 48; i += 6) a.data.copyWithin((i + 3) * 64, i * 64, (i + 1) * 64);
    for (let r = 0; r < 48; r++) for (let j = 0; j < 64; j += 5) a.data[r * 64 + j] = 0;
    const { s } = expectDecomposition(a);
    expect([...s].filter(x => x > 0)).toHaveLength(24);
    expectDecomposition(transpose(a));
  });

  it('keeps tiny channels apart from noise: rows scaled over ten orders of magnitude', () => {
    const a = randomMatrix(30, 60, seededRng(26));
    for (let i = 0; i < 30; i++) for (let j = 0; j < 60; j++) a.data[i * 60 + j]! *= 10 ** (-i / 3);
    const { s } = expectDecomposition(a);
    jacobiSingularValues(a).forEach((x, i) => {
      expect(Math.abs(s[i]! / x - 1)).toBeLessThan(1e-4);
    });
  });

  it('scales exactly with powers of two, over the range of float32', () => {
    const a = toFloat32(randomMatrix(20, 35, seededRng(27)));
    const { u, s, vt } = svd(a);
    for (const scale of [2 ** -100, 2 ** -3, 2 ** 120]) {
      const scaled = svd({ ...a, data: a.data.map(x => scale * x) });
      expect(scaled.s).toEqual(s.map(x => scale * x));
      expect([scaled.u, scaled.vt]).toEqual([u, vt]);
    }
  });

  it('does not change when rows or columns change places, nor by transposition, but for the order of entries', () => {
    const a = randomMatrix(24, 37, seededRng(28));
    const { s, u, vt } = svd(a);
    const swapped = {
      ...a,
      data: a.data.map((_, i) => a.data[(23 - Math.floor(i / 37)) * 37 + (((i % 37) + 5) % 37)]!),
    };
    const other = svd(swapped);
    const turned = svd(transpose(a));
    s.forEach((x, i) => {
      expect(other.s[i]).toBeCloseTo(x, 12);
      expect(turned.s[i]).toBeCloseTo(x, 12);
      for (let r = 0; r < 24; r++) {
        expect(other.u[(23 - r) * 24 + i]).toBeCloseTo(u[r * 24 + i]!, 6);
        // The sign is fixed by U, which is V of the transpose.
        expect(Math.abs(turned.vt[i * 24 + r]!)).toBeCloseTo(Math.abs(u[r * 24 + i]!), 6);
      }
      for (let j = 0; j < 37; j++) expect(other.vt[i * 37 + j]).toBeCloseTo(vt[i * 37 + ((j + 5) % 37)]!, 6);
    });
  });

  it('multiplies every singular value by the root of two when the matrix is put beside itself', () => {
    const a = randomMatrix(18, 21, seededRng(29));
    const twice = { rows: 18, cols: 42, data: new Float64Array(18 * 42) };
    for (let i = 0; i < twice.data.length; i++) twice.data[i] = a.data[Math.floor(i / 42) * 21 + (i % 21)]!;
    const { s } = svd(a);
    svd(twice).s.forEach((x, i) => {
      expect(x).toBeCloseTo(Math.SQRT2 * s[i]!, 12);
    });
  });

  it('depends on nothing but its argument', () => {
    const rng = seededRng(30);
    const a = randomMatrix(45, 60, rng);
    const before = svd(a);
    svd(randomMatrix(90, 70, rng)); // leaves other numbers in the scratch memory
    expect(svd(a)).toEqual(before);
  });

  it('decomposes a matrix of a common size of layer as well as a small one', () => {
    const a = toFloat32(randomMatrix(256, 192, seededRng(31)));
    const result = expectDecomposition(a);
    for (const rank of [1, 64, 191]) expectTruncation(a, result, rank);
  });

  it('refuses NaN and infinity, and says where they are', () => {
    expect(() => svd({ rows: 2, cols: 2, data: Float32Array.of(1, 2, 3, Number.NaN) })).toThrow(
      /NaN at row 1, column 1/,
    );
    expect(() => svd({ rows: 1, cols: 2, data: Float64Array.of(Number.POSITIVE_INFINITY, 0) })).toThrow(
      /Infinity at row 0/,
    );
  });

  it('decomposes matrices of any shape, with ties, zeros and dependent rows', () => {
    const size = fc.integer({ min: 1, max: 70 });
    fc.assert(
      fc.property(size, size, fc.integer(), fc.integer({ min: 0, max: 4 }), (rows, cols, seed, digits) => {
        const rng = seededRng(seed);
        const data = new Float32Array(rows * cols);
        for (let i = 0; i < data.length; i++) {
          data[i] = Math.round((rng.uniform() - 0.5) * 10 ** digits * 1.2) / 10 ** digits;
        }
        const a = { rows, cols, data };
        const result = expectDecomposition(a);
        expectTruncation(a, result, Math.min(rows, cols) >> 1);
      }),
      { numRuns: 80, seed: 9 },
    );
  });
});
