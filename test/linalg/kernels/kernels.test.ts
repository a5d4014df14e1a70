import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileKernels, kernelsModule, kernelsSource } from '../../../scripts/kernels.ts';
import { gram } from '../../../src/linalg/gram.ts';
import { openArena } from '../../../src/linalg/kernels/kernels.ts';
import { transpose } from '../../../src/linalg/matrix.ts';
import { multiply } from '../../../src/linalg/multiply.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { product, randomMatrix } from '../oracles.ts';

const sizes = [
  [1, 1, 1],
  [4, 4, 4],
  [5, 3, 7],
  [33, 130, 257],
  [129, 6, 300],
  [2, 1030, 5],
] as const;

function expectClose(actual: Float64Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  let largest = 0;
  for (let i = 0; i < actual.length; i++) largest = Math.max(largest, Math.abs(actual[i]! - expected[i]!));
  expect(largest).toBeLessThan(1e-12);
}

describe('kernels', () => {
  it('are what the committed source compiles to', async () => {
    expect(readFileSync(kernelsModule, 'utf8')).toBe(kernelsSource(await compileKernels()));
  });

  it('multiply as the definition does, across the edges of tiles and blocks', () => {
    const rng = seededRng(1);
    for (const [m, n, k] of sizes) {
      const a = randomMatrix(m, k, rng);
      const b = randomMatrix(k, n, rng);
      expectClose(multiply(a, b).data, product(a, b).data);
    }
    expect(() => multiply(randomMatrix(2, 3, rng), randomMatrix(2, 3, rng))).toThrow(RangeError);
  });

  it('add alpha A B to beta C, with transposed operands and parts of larger blocks', () => {
    const rng = seededRng(2);
    for (const [m, n, k] of sizes) {
      const arena = openArena(6 * 1100 * 1100, 3);
      const a = randomMatrix(m, k, rng);
      const b = randomMatrix(k, n, rng);
      const c = randomMatrix(m + 1, n + 2, rng);
      const target = arena.load(c);
      const left = { block: arena.load(transpose(a)), transposed: true };
      const right = { block: arena.load(transpose(b)), transposed: true };
      arena.gemm(m, n, k, -0.5, left, right, 2, { block: target, row: 1, col: 2 });
      const expected = product(a, b);
      for (let i = 0; i <= m; i++) {
        for (let j = 0; j < n + 2; j++) {
          const before = c.data[i * (n + 2) + j]!;
          const inside = i >= 1 && j >= 2;
          const after = inside ? 2 * before - 0.5 * expected.data[(i - 1) * n + j - 2]! : before;
          expect(Math.abs(target.data[i * target.ld + j]! - after)).toBeLessThan(1e-12);
        }
      }
    }
  });

  it('refuse a matrix that does not fit into their memory, and say how large it is', () => {
    expect(() => openArena(2 ** 30, 1)).toThrow(/less than 4 GiB .* found one that takes 8.0 GiB/);
    expect(multiply(randomMatrix(2, 2, seededRng(4)), randomMatrix(2, 2, seededRng(4))).data).toHaveLength(4);
  });

  it('give Gram matrices that are exactly symmetric and equal to the product', () => {
    const a = randomMatrix(70, 300, seededRng(3));
    const g = gram(a);
    expectClose(g.data, product(a, transpose(a)).data);
    expect(transpose(g)).toEqual(g);
  });
});
