import { describe, expect, it } from 'vitest';
import { svd } from '../../src/linalg/svd.ts';

describe('svd', () => {
  it('gives the closed form of a 2 x 2 matrix', () => {
    // A = [[3, 0], [4, 5]]: AᵀA has eigenvalues 45 and 5.
    const { s } = svd({ rows: 2, cols: 2, data: Float64Array.of(3, 0, 4, 5) });
    expect(s[0]).toBeCloseTo(Math.sqrt(45), 12);
    expect(s[1]).toBeCloseTo(Math.sqrt(5), 12);
  });
  it('refuses NaN and says where it is', () => {
    expect(() => svd({ rows: 1, cols: 2, data: Float32Array.of(1, Number.NaN) })).toThrow(/row 0, column 1/);
  });
});
