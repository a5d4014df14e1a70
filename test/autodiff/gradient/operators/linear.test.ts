import fc from 'fast-check';
import { describe, test } from 'vitest';
import { checkGradients } from '../check.ts';

describe('products', () => {
  const flag = fc.constantFrom(0, 1);
  test('Gemm, either side transposed, scaled, with any addend', async () => {
    await fc.assert(
      fc.asyncProperty(
        flag,
        flag,
        fc.constantFrom(null, [], [4], [3, 1], [1, 4], [3, 4]),
        async (transA, transB, c) => {
          await checkGradients({
            inputs: { x: transA ? [2, 3] : [3, 2], w: transB ? [4, 2] : [2, 4], ...(c ? { c } : {}) },
            nodes: [
              {
                op: 'Gemm',
                inputs: ['x', 'w', ...(c ? ['c'] : [])],
                outputs: ['y'],
                attributes: { transA, transB, alpha: 0.7, beta: 1.3 },
              },
            ],
          });
        },
      ),
      { seed: 1, numRuns: 12 },
    );
  });

  test.each([
    [
      [3, 2],
      [2, 4],
    ],
    [
      [5, 3, 2],
      [2, 4],
    ],
    [
      [2, 5, 3, 2],
      [2, 4],
    ],
    [
      [5, 3, 2],
      [5, 2, 4],
    ],
    [
      [2, 1, 3, 2],
      [5, 2, 4],
    ],
    [
      [3, 2],
      [2, 5, 2, 4],
    ],
    [
      [1, 3, 2],
      [5, 2, 4],
    ],
    [[2], [2, 4]],
    [[3, 2], [2]],
    [[2], [2]],
    [[5, 3, 2], [2]],
    [[2], [5, 2, 4]],
  ])('MatMul of %j and %j', async (x, w) => {
    await checkGradients({ inputs: { x, w }, nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }] });
  });

  test('MatMul of a batch whose size is not known', async () => {
    for (const w of [
      [2, 4],
      [5, 2, 4],
    ]) {
      await checkGradients({
        inputs: { x: [5, 3, 2], w },
        nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
        dynamic: true,
      });
    }
  });
});
