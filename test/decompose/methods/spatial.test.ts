import { expect, test } from 'vitest';
import { spatial } from '../../../src/decompose/methods/spatial.ts';
import { svd as decomposition } from '../../../src/linalg/svd.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { uniform } from '../networks.ts';
import { matrixOf, tailOf } from './chains.ts';

test('the singular values that are left out are those of (output, column) against (input, row)', () => {
  const [outs, ins, height, width] = [6, 5, 3, 2];
  const data = uniform(seededRng(11), outs * ins * height * width);
  const at = (o: number, c: number, y: number, x: number): number => data[((o * ins + c) * height + y) * width + x]!;
  const { s } = decomposition(
    matrixOf(outs * width, ins * height, (row, col) =>
      at(Math.floor(row / width), Math.floor(col / height), col % height, row % width),
    ),
  );
  const block = { groups: 1, outPerGroup: outs, inPerGroup: ins, kernel: [height, width] as const, data };
  const factors = spatial.factors(block, null);
  expect(spatial.fullRank(block)).toBe(s.length);
  for (let rank = 1; rank <= s.length; rank++)
    expect(spatial.truncation(factors, rank).relative * factors.norm).toBeCloseTo(tailOf(s, rank), 6);
});

test('a kernel that is a column times a row has rank 1', () => {
  const [column, row] = [uniform(seededRng(1), 5), uniform(seededRng(2), 5)];
  const data = Float32Array.from({ length: 25 }, (_, i) => column[Math.floor(i / 5)]! * row[i % 5]!);
  const factors = spatial.factors({ groups: 1, outPerGroup: 1, inPerGroup: 1, kernel: [5, 5], data }, null);
  expect(spatial.truncation(factors, 1).relative).toBeLessThan(1e-6);
});

test('needs two axes, and of depthwise kernels large ones', () => {
  const applies = (groups: number, kernel: readonly [number, number]): boolean =>
    spatial.applies({ groups, outPerGroup: groups > 1 ? 1 : 8, inPerGroup: groups > 1 ? 1 : 8, kernel });
  expect(applies(1, [2, 2])).toBe(true);
  expect(applies(1, [1, 7])).toBe(false);
  expect(applies(8, [3, 3])).toBe(false);
  expect(applies(8, [5, 7])).toBe(true);
});
