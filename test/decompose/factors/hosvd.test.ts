import { expect, test } from 'vitest';
import { hosvd } from '../../../src/decompose/factors/hosvd.ts';
import { multiply } from '../../../src/linalg/multiply.ts';
import { svd } from '../../../src/linalg/svd.ts';
import { seededRng } from '../../../src/random/rng.ts';

const rng = seededRng(17);
const shapes: [number, number, number][] = [
  [6, 5, 9],
  [20, 2, 4],
  [2, 20, 4],
  [7, 7, 1],
  [1, 3, 6],
];

test.each(shapes)('a %i x %i x %i tensor: spectra of the unfoldings, an all-orthogonal core', (outs, ins, area) => {
  const w = Float32Array.from({ length: outs * ins * area }, () => rng.uniform() - 0.5);
  const byInput = Float32Array.from(w, (_, at) => {
    const [c, rest] = [Math.floor(at / (outs * area)), at % (outs * area)];
    return w[(Math.floor(rest / area) * ins + c) * area + (rest % area)]!;
  });
  const { core, energy, inputSpectrum, outputSpectrum, u, v } = hosvd(w, outs, ins, area);
  const expectSpectrum = (found: Float64Array, rows: number, cols: number, data: Float32Array): void => {
    const { s } = svd({ rows, cols, data });
    expect(found).toHaveLength(s.length);
    found.forEach((value, i) => {
      expect(value).toBeCloseTo(s[i]!, 9);
    });
  };
  expectSpectrum(outputSpectrum, outs, ins * area, w);
  expectSpectrum(inputSpectrum, ins, outs * area, byInput);
  for (const basis of [u, v]) {
    const dot = (i: number, j: number): number => {
      let sum = 0;
      for (let k = 0; k < basis.cols; k++) sum += basis.data[i * basis.cols + k]! * basis.data[j * basis.cols + k]!;
      return sum;
    };
    for (let i = 0; i < basis.rows; i++)
      for (let j = 0; j < basis.rows; j++) expect(dot(i, j)).toBeCloseTo(i === j ? 1 : 0, 10);
  }
  // Slices of the core along the output mode are orthogonal to each other (property 2 of the paper's theorem 2).
  const [q, p] = [u.rows, v.rows];
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = 0; k < p * area; k++) sum += core[i * p * area + k]! * core[j * p * area + k]!;
      expect(Math.abs(sum)).toBeLessThan(1e-9);
    }
  }
  expect(energy.reduce((a, b) => a + b, 0)).toBeCloseTo(
    w.reduce((sum, x) => sum + x ** 2, 0),
    9,
  );
});

test('the product of two matrices is the sum over the inner index', () => {
  for (const [m, k, n] of [
    [1, 1, 1],
    [3, 70, 5],
    [65, 9, 66],
  ] as const) {
    const a = { rows: m, cols: k, data: Float64Array.from({ length: m * k }, () => rng.uniform() - 0.5) };
    const b = { rows: k, cols: n, data: Float32Array.from({ length: k * n }, () => rng.uniform() - 0.5) };
    const product = multiply(a, b);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++) sum += a.data[i * k + l]! * b.data[l * n + j]!;
        expect(product.data[i * n + j]).toBeCloseTo(sum, 12);
      }
    }
  }
});
