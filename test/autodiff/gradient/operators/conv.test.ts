import fc from 'fast-check';
import { describe, test } from 'vitest';
import { checkGradients } from '../check.ts';

/** A convolution that fits: the window never exceeds the padded input. */
const convolutions = fc
  .record({
    batch: fc.integer({ min: 1, max: 3 }),
    groups: fc.constantFrom(1, 1, 2, 3),
    inPerGroup: fc.integer({ min: 1, max: 3 }),
    outPerGroup: fc.integer({ min: 1, max: 2 }),
    axes: fc.array(
      fc.record({
        k: fc.constantFrom(1, 2, 3),
        stride: fc.constantFrom(1, 2, 3),
        dilation: fc.constantFrom(1, 2),
        before: fc.constantFrom(0, 1, 2),
        after: fc.constantFrom(0, 1),
        extra: fc.integer({ min: 0, max: 4 }),
      }),
      { minLength: 1, maxLength: 2 },
    ),
    bias: fc.boolean(),
    dynamic: fc.boolean(),
  })
  .map(({ batch, groups, inPerGroup, outPerGroup, axes, bias, dynamic }) => {
    const sizes = axes.map(
      ({ k, dilation, before, after, extra }) => Math.max(1, dilation * (k - 1) + 1 - before - after) + extra,
    );
    return {
      inputs: {
        x: [batch, groups * inPerGroup, ...sizes],
        w: [groups * outPerGroup, inPerGroup, ...axes.map(({ k }) => k)],
        ...(bias ? { b: [groups * outPerGroup] } : {}),
      },
      nodes: [
        {
          op: 'Conv',
          inputs: ['x', 'w', ...(bias ? ['b'] : [])],
          outputs: ['y'],
          attributes: {
            group: groups,
            kernel_shape: axes.map(({ k }) => k),
            strides: axes.map(({ stride }) => stride),
            dilations: axes.map(({ dilation }) => dilation),
            pads: [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)],
          },
        },
      ],
      dynamic,
    };
  });

describe('Conv', () => {
  test('of any groups, strides, dilations and pads', async () => {
    await fc.assert(
      fc.asyncProperty(convolutions, async subject => {
        await checkGradients(subject);
      }),
      { seed: 7, numRuns: 25 },
    );
  });

  test.each(['VALID', 'SAME_UPPER', 'SAME_LOWER'])('with auto_pad %s', async rule => {
    await checkGradients({
      inputs: { x: [2, 2, 6, 5], w: [3, 2, 3, 2] },
      nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { auto_pad: rule, strides: [2, 2] } }],
    });
  });

  test('of three spatial axes', async () => {
    await checkGradients({
      inputs: { x: [2, 2, 3, 4, 3], w: [2, 2, 2, 3, 1], b: [2] },
      nodes: [
        {
          op: 'Conv',
          inputs: ['x', 'w', 'b'],
          outputs: ['y'],
          attributes: { pads: [1, 0, 0, 0, 1, 0], strides: [1, 2, 1] },
        },
      ],
    });
  });

  test('by channel, as in MobileNet', async () => {
    await checkGradients({
      inputs: { x: [2, 4, 5, 5], w: [4, 1, 3, 3] },
      nodes: [
        {
          op: 'Conv',
          inputs: ['x', 'w'],
          outputs: ['y'],
          attributes: { group: 4, pads: [1, 1, 1, 1], strides: [2, 2] },
        },
      ],
    });
  });

  // The shapes of the networks that are trained here, in small: each takes another formulation of the weight's gradient.
  test.each([
    [{ x: [8, 8, 6, 6], w: [8, 8, 3, 3] }, { pads: [1, 1, 1, 1] }],
    [
      { x: [16, 16, 5, 5], w: [16, 16, 3, 3] },
      { pads: [1, 1, 1, 1], strides: [2, 2] },
    ],
    [
      { x: [8, 3, 9, 9], w: [16, 3, 7, 7] },
      { pads: [3, 3, 3, 3], strides: [2, 2] },
    ],
    [{ x: [8, 16, 4, 4], w: [32, 16, 1, 1] }, {}],
    [{ x: [8, 16, 5, 5], w: [32, 16, 1, 1] }, { strides: [2, 2] }],
    [{ x: [8, 8, 6, 5], w: [16, 8, 3, 1] }, { pads: [1, 0, 1, 0] }],
    [
      { x: [8, 8, 6, 5], w: [16, 8, 1, 3] },
      { pads: [0, 1, 0, 1], strides: [1, 2] },
    ],
  ])('of %j %j', async (inputs, attributes) => {
    await checkGradients({ inputs, nodes: [{ op: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes }] });
  });
});
