import { expect, test } from 'vitest';
import { svd } from '../../../src/decompose/methods/svd.ts';
import { svd as decomposition } from '../../../src/linalg/svd.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { uniform } from '../networks.ts';
import { matrixOf, tailOf } from './chains.ts';

test('the singular values that are left out are those of outputs against patches', () => {
  const [outs, ins, height, width] = [6, 5, 3, 2];
  const data = uniform(seededRng(11), outs * ins * height * width);
  const at = (o: number, c: number, y: number, x: number): number => data[((o * ins + c) * height + y) * width + x]!;
  const { s } = decomposition(
    matrixOf(outs, ins * height * width, (row, col) =>
      at(row, Math.floor(col / (height * width)), Math.floor(col / width) % height, col % width),
    ),
  );
  const block = { groups: 1, outPerGroup: outs, inPerGroup: ins, kernel: [height, width] as const, data };
  const factors = svd.factors(block, null);
  expect(svd.fullRank(block)).toBe(s.length);
  for (let rank = 1; rank <= s.length; rank++)
    expect(svd.truncation(factors, rank).relative * factors.norm).toBeCloseTo(tailOf(s, rank), 6);
});

test('a sum of r outer products has no error from rank r on', () => {
  const rng = seededRng(9);
  const [outs, ins, rank] = [9, 8, 3];
  const [a, b] = [uniform(rng, outs * rank), uniform(rng, ins * rank)];
  const data = Float32Array.from({ length: outs * ins }, (_, i) => {
    const [o, c] = [Math.floor(i / ins), i % ins];
    return [0, 1, 2].reduce((sum, r) => sum + a[o * rank + r]! * b[c * rank + r]!, 0);
  });
  const factors = svd.factors({ groups: 1, outPerGroup: outs, inPerGroup: ins, kernel: [1, 1], data }, null);
  expect(svd.truncation(factors, 3).relative).toBeLessThan(1e-6);
  expect(svd.truncation(factors, 2).relative).toBeGreaterThan(1e-3);
});

test('goes to any weight but groups of very few channels', () => {
  expect(svd.applies({ groups: 1, outPerGroup: 2, inPerGroup: 2, kernel: [1, 1] })).toBe(true);
  expect(svd.applies({ groups: 8, outPerGroup: 1, inPerGroup: 1, kernel: [7, 7] })).toBe(false);
});
