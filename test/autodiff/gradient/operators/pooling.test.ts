import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkGradients } from '../check.ts';

const windows = fc
  .record({
    sizes: fc.tuple(fc.integer({ min: 4, max: 7 }), fc.integer({ min: 4, max: 7 })),
    kernel_shape: fc.tuple(fc.constantFrom(2, 3), fc.constantFrom(1, 2, 3)),
    strides: fc.tuple(fc.constantFrom(1, 2, 3), fc.constantFrom(1, 2)),
    dilations: fc.tuple(fc.constantFrom(1, 1, 2), fc.constant(1)),
    pads: fc.tuple(fc.constantFrom(0, 1), fc.constant(0), fc.constantFrom(0, 1), fc.constant(0)),
    ceil_mode: fc.constantFrom(0, 1),
    dynamic: fc.boolean(),
  })
  .filter(
    // A window that begins in the padding behind reads nothing: the runtime and PyTorch leave it out, ONNX is silent.
    ({ sizes, kernel_shape, strides, dilations, pads, ceil_mode }) =>
      ceil_mode === 0 ||
      [0, 1].every(i => {
        const room =
          (sizes[i] ?? 0) +
          (pads[i] ?? 0) +
          (pads[i + 2] ?? 0) -
          (dilations[i] ?? 1) * ((kernel_shape[i] ?? 1) - 1) -
          1;
        return Math.ceil(room / (strides[i] ?? 1)) * (strides[i] ?? 1) < (sizes[i] ?? 0) + (pads[i] ?? 0);
      }),
  );

describe('pooling', () => {
  test('MaxPool, its windows side by side or overlapping', async () => {
    await fc.assert(
      fc.asyncProperty(windows, async ({ sizes, dynamic, ...attributes }) => {
        await checkGradients({
          inputs: { x: [2, 3, ...sizes] },
          nodes: [{ op: 'MaxPool', inputs: ['x'], outputs: ['y'], attributes }],
          dynamic,
        });
      }),
      { seed: 1, numRuns: 12 },
    );
  });

  test('AveragePool, the padding counted or not', async () => {
    await fc.assert(
      fc.asyncProperty(windows, fc.constantFrom(0, 1), async ({ sizes, dynamic, ...attributes }, count_include_pad) => {
        await checkGradients({
          inputs: { x: [2, 3, ...sizes] },
          nodes: [
            { op: 'AveragePool', inputs: ['x'], outputs: ['y'], attributes: { ...attributes, count_include_pad } },
          ],
          dynamic,
        });
      }),
      { seed: 2, numRuns: 12 },
    );
  });

  test('AveragePool refuses dilations beside auto_pad, which ONNX Runtime reads in its own way', async () => {
    const attributes = { kernel_shape: [2, 2], dilations: [2, 1], auto_pad: 'SAME_LOWER' };
    await expect(
      checkGradients({
        inputs: { x: [1, 1, 2, 4] },
        nodes: [{ op: 'AveragePool', inputs: ['x'], outputs: ['y'], attributes }],
      }),
    ).rejects.toThrow('it has dilations beside auto_pad');
  });

  test('GlobalAveragePool', async () => {
    for (const dynamic of [true, false]) {
      await checkGradients({
        inputs: { x: [2, 3, 4, 5] },
        nodes: [{ op: 'GlobalAveragePool', inputs: ['x'], outputs: ['y'] }],
        dynamic,
      });
    }
  });
});
