import fc from 'fast-check';
import { describe, test } from 'vitest';
import type { TinyNode } from '../../../onnx/build.ts';
import { checkGradients, type Subject } from '../check.ts';

const node = (op: string, inputs: string[], attributes: TinyNode['attributes'] = {}, outputs = ['y']): TinyNode => ({
  op,
  inputs,
  outputs,
  attributes,
});
const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

describe('operators that move elements', () => {
  const cases: [string, Omit<Subject, 'inputs'>, number[]?][] = [
    ['Reshape', { nodes: [node('Reshape', ['x', 'to'])], integers: { to: [0, -1] } }],
    ['Flatten', { nodes: [node('Flatten', ['x'])] }],
    ['Flatten from behind', { nodes: [node('Flatten', ['x'], { axis: -1 })] }],
    ['Transpose', { nodes: [node('Transpose', ['x'], { perm: [2, 0, 1] })] }],
    ['Transpose by default', { nodes: [node('Transpose', ['x'])] }],
    ['Squeeze of every axis of size 1', { nodes: [node('Squeeze', ['x'])] }, [2, 1, 3, 1]],
    ['Squeeze', { nodes: [node('Squeeze', ['x', 'axes'])], integers: { axes: [-1] } }, [2, 1, 3, 1]],
    ['Unsqueeze', { nodes: [node('Unsqueeze', ['x', 'axes'])], integers: { axes: [0, -1] } }],
    ['Expand', { nodes: [node('Expand', ['x', 'to'])], integers: { to: [5, 2, 3, 4] } }, [2, 1, 4]],
    ['Pad', { nodes: [node('Pad', ['x', 'pads'])], integers: { pads: [1, 0, 2, 0, 1, 0] } }],
    [
      'Pad of some axes that also cuts',
      { nodes: [node('Pad', ['x', 'pads', '', 'axes'])], integers: { pads: [1, -1, 0, 2], axes: [-1, 1] } },
    ],
    ['Concat', { nodes: [node('Tanh', ['x'], {}, ['t']), node('Concat', ['x', 't', 'x'], { axis: -2 })] }],
    [
      'Split',
      {
        nodes: [node('Split', ['x', 'sizes'], { axis: -1 }, ['y', 'z', 'u'])],
        integers: { sizes: [1, 2, 1] },
        outputs: ['y', 'u'],
      },
    ],
    [
      'Split into equal parts',
      { nodes: [node('Split', ['x'], { axis: 2, num_outputs: 2 }, ['y', 'z'])], outputs: ['y', 'z'] },
    ],
    ['Gather of one place', { nodes: [node('Gather', ['x', 'at'], { axis: 1 })], integers: { at: 1 } }],
    [
      'Gather of one place, the axis kept',
      { nodes: [node('Gather', ['x', 'at'], { axis: -1 })], integers: { at: [-1] } },
    ],
    ['Gather, places twice', { nodes: [node('Gather', ['x', 'at'], { axis: 0 })], integers: { at: [1, 0, 1] } }],
    ['Gather of a later axis', { nodes: [node('Gather', ['x', 'at'], { axis: 2 })], integers: { at: [3, 0, 3, 1] } }],
  ];
  test.each(cases)('%s', async (_, subject, x = [2, 3, 4]) => {
    await checkGradients({ inputs: { x }, ...subject });
  });

  test('Slice by any start, end and step', async () => {
    const along = fc.record({
      start: fc.integer({ min: -6, max: 6 }),
      end: fc.integer({ min: -7, max: 9 }),
      step: fc.constantFrom(-3, -2, -1, 1, 2, 3),
    });
    const taken = ({ start, end, step }: { start: number; end: number; step: number }, size: number): number => {
      const wrap = (place: number, low: number, high: number): number =>
        Math.min(Math.max(place < 0 ? place + size : place, low), high);
      const [from, to] =
        step < 0 ? [wrap(start, 0, size - 1), wrap(end, -1, size - 1)] : [wrap(start, 0, size), wrap(end, 0, size)];
      return Math.ceil((to - from) / step);
    };
    const slices = fc.tuple(along, along).filter(([a, b]) => taken(a, 5) > 0 && taken(b, 6) > 0);
    await fc.assert(
      fc.asyncProperty(slices, fc.boolean(), async ([a, b], dynamic) => {
        await checkGradients({
          inputs: { x: [2, 5, 6] },
          nodes: [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'])],
          integers: { starts: [a.start, b.start], ends: [a.end, b.end], axes: [1, -1], steps: [a.step, b.step] },
          dynamic,
        });
      }),
      { seed: 1, numRuns: 15 },
    );
  });

  test.each(['ReduceSum', 'ReduceMean'])('%s over any axes, kept or not', async op => {
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
        fc.constantFrom(0, 1),
        fc.boolean(),
        async (x, wanted, keepdims, behind) => {
          const axes = [...new Set(wanted.map(axis => axis % x.length))].map(axis => (behind ? axis - x.length : axis));
          await checkGradients({
            inputs: { x },
            nodes: [node(op, axes.length ? ['x', 'axes'] : ['x'], { keepdims })],
            integers: axes.length ? { axes } : {},
          });
        },
      ),
      { seed: 1, numRuns: 8 },
    );
  });

  test('reductions of a batch whose size is not known', async () => {
    for (const op of ['ReduceSum', 'ReduceMean']) {
      await checkGradients({
        inputs: { x: [2, 3, 4] },
        nodes: [node(op, ['x', 'axes'])],
        integers: { axes: [0, 2] },
        dynamic: true,
      });
    }
  });
});
