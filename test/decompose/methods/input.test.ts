import { expect, test } from 'vitest';
import { input } from '../../../src/decompose/methods/input.ts';
import { svd as decomposition } from '../../../src/linalg/svd.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { uniform } from '../networks.ts';
import { matrixOf, tailOf } from './chains.ts';

test('the singular values that are left out are those of (output, position) against inputs', () => {
  const [outs, ins, height, width] = [6, 5, 3, 2];
  const data = uniform(seededRng(11), outs * ins * height * width);
  const at = (o: number, c: number, y: number, x: number): number => data[((o * ins + c) * height + y) * width + x]!;
  const { s } = decomposition(
    matrixOf(outs * height * width, ins, (row, col) =>
      at(Math.floor(row / (height * width)), col, Math.floor(row / width) % height, row % width),
    ),
  );
  const block = { groups: 1, outPerGroup: outs, inPerGroup: ins, kernel: [height, width] as const, data };
  const factors = input.factors(block, null);
  expect(input.fullRank(block)).toBe(s.length);
  for (let rank = 1; rank <= s.length; rank++)
    expect(input.truncation(factors, rank).relative * factors.norm).toBeCloseTo(tailOf(s, rank), 6);
});

test('inputs that are multiples of one another have rank 1', () => {
  const pattern = uniform(seededRng(3), 4 * 9);
  const [ins, area] = [6, 9];
  const data = Float32Array.from({ length: 4 * ins * area }, (_, i) => {
    const [o, c, tap] = [Math.floor(i / (ins * area)), Math.floor(i / area) % ins, i % area];
    return (c + 1) * pattern[o * area + tap]!;
  });
  const factors = input.factors({ groups: 1, outPerGroup: 4, inPerGroup: ins, kernel: [3, 3], data }, null);
  expect(input.truncation(factors, 1).relative).toBeLessThan(1e-6);
});
