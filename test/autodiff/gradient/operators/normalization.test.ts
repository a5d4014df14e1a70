import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { batchStatistics } from '../../../../src/autodiff/passes/batch-statistics.ts';
import type { TinyNode } from '../../../onnx/build.ts';
import { checkGradients, type Subject } from '../check.ts';

const names = ['x', 'gamma', 'beta', 'mean', 'variance'];
const batchNorm = (attributes: TinyNode['attributes'] = {}): TinyNode => ({
  op: 'BatchNormalization',
  inputs: names,
  outputs: ['y'],
  attributes,
});
const inputsOf = (x: number[]): Record<string, number[]> =>
  Object.fromEntries(names.map(name => [name, name === 'x' ? x : [x[1] as number]]));
const subject = (x: number[], attributes: TinyNode['attributes'] = {}): Subject => ({
  inputs: inputsOf(x),
  nodes: [batchNorm(attributes)],
  fixed: ['mean', 'variance'],
  range: [0.2, 2],
});

describe('BatchNormalization', () => {
  test('by running statistics', async () => {
    for (const x of [
      [2, 3, 4, 5],
      [4, 3],
      [2, 3, 4],
    ])
      await checkGradients(subject(x, { epsilon: 0.01 }));
  });

  test('by the statistics of the batch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 3 })),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
        fc.boolean(),
        async ([batch, channels], spatial, dynamic) => {
          await checkGradients({
            ...subject([batch, channels, ...spatial], { epsilon: 0.1 }),
            prepare: model => batchStatistics(model).model,
            dynamic,
          });
        },
      ),
      { seed: 1, numRuns: 10 },
    );
  });

  test('scale or shift alone, and both without the input', async () => {
    const training = { prepare: (model: Parameters<typeof batchStatistics>[0]) => batchStatistics(model).model };
    for (const fixed of [['x'], ['x', 'gamma'], ['x', 'beta'], ['gamma', 'beta'], ['gamma']]) {
      const all = subject([3, 2, 4, 2]);
      const found = await checkGradients({ ...all, ...training, fixed: [...fixed, 'mean', 'variance'] });
      expect([...found.keys()]).toEqual(['x', 'gamma', 'beta'].filter(name => !fixed.includes(name)));
    }
  });

  test('refuses what it would get wrong: statistics that are trained through, and a training mode of the file', async () => {
    const computed = { ...subject([2, 3, 4]), fixed: [] };
    await expect(checkGradients(computed)).rejects.toThrow('its mean and variance are computed');
    const training = [{ ...batchNorm({ training_mode: 1 }), outputs: ['y', 'm', 'v'] }];
    await expect(checkGradients({ ...subject([2, 3, 4]), nodes: training })).rejects.toThrow('in training mode');
  });

  test('followed by a scale that is read again, as at the end of a residual branch', async () => {
    await checkGradients({
      ...subject([2, 3, 4, 4]),
      nodes: [
        { ...batchNorm(), outputs: ['n'] },
        { op: 'Add', inputs: ['n', 'x'], outputs: ['s'] },
        { op: 'Relu', inputs: ['s'], outputs: ['y'] },
      ],
      range: [-2, 2],
      fixed: ['mean', 'variance'],
      prepare: model => batchStatistics(model).model,
    });
  });
});

describe('LayerNormalization', () => {
  test('over the last axes, with and without a shift', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.boolean(), fc.boolean(), async (axis, shifted, behind) => {
        const x = [2, 3, 2, 4];
        const scale = x.slice(axis);
        await checkGradients({
          inputs: { x, gamma: scale, ...(shifted ? { beta: scale } : {}) },
          nodes: [
            {
              op: 'LayerNormalization',
              inputs: ['x', 'gamma', ...(shifted ? ['beta'] : [])],
              outputs: ['y'],
              attributes: { axis: behind ? axis - 4 : axis, epsilon: 0.1 },
            },
          ],
        });
      }),
      { seed: 1, numRuns: 8 },
    );
  });
});
