import { expect, test } from 'vitest';
import { tucker2 } from '../../../src/decompose/methods/tucker2.ts';
import { svd } from '../../../src/linalg/svd.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { uniform } from '../networks.ts';
import { matrixOf, tailOf } from './chains.ts';

test('what is left out lies between the larger and the sum of what both modes leave out', () => {
  const [outs, ins, area] = [6, 5, 6];
  const data = uniform(seededRng(11), outs * ins * area);
  const at = (o: number, c: number, tap: number): number => data[(o * ins + c) * area + tap]!;
  const byOutput = svd(matrixOf(outs, ins * area, (o, col) => at(o, Math.floor(col / area), col % area))).s;
  const byInput = svd(matrixOf(ins, outs * area, (c, col) => at(Math.floor(col / area), c, col % area))).s;
  const block = { groups: 1, outPerGroup: outs, inPerGroup: ins, kernel: [3, 2] as const, data };
  const factors = tucker2.factors(block, null);
  expect(tucker2.fullRank(block)).toEqual([ins, outs]);
  for (let p = 1; p <= ins; p++) {
    for (let q = 1; q <= outs; q++) {
      const { relative, bound } = tucker2.truncation(factors, [p, q]);
      const tails = [tailOf(byInput, p), tailOf(byOutput, q)];
      expect(bound * factors.norm).toBeCloseTo(Math.hypot(...tails), 6);
      expect(relative * factors.norm).toBeGreaterThan(Math.max(...tails) - 1e-6);
      expect(relative).toBeLessThanOrEqual(bound + 1e-12);
    }
  }
});

test('with a full rank on one side it loses what the other side leaves out', () => {
  const block = { groups: 1, outPerGroup: 6, inPerGroup: 5, kernel: [3, 3] as const, data: uniform(seededRng(2), 270) };
  const factors = tucker2.factors(block, null);
  for (const rank of [[2, 6] as const, [5, 3] as const]) {
    const { relative, bound } = tucker2.truncation(factors, rank);
    expect(relative).toBeCloseTo(bound, 12);
  }
});
