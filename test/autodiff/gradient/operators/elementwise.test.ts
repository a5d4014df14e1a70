import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TinyNode } from '../../../onnx/build.ts';
import { checkGradients } from '../check.ts';
import { cornerGradient } from './corner.ts';

const node = (op: string, inputs: string[], attributes: TinyNode['attributes'] = {}): TinyNode => ({
  op,
  inputs,
  outputs: ['y'],
  attributes,
});

describe('operators of one input', () => {
  const cases: [string, TinyNode, [number, number]?, number?][] = [
    ['Relu', node('Relu', ['x'])],
    ['LeakyRelu', node('LeakyRelu', ['x'], { alpha: 0.3 })],
    ['LeakyRelu by default', node('LeakyRelu', ['x'])],
    ['Sigmoid', node('Sigmoid', ['x'])],
    ['Tanh', node('Tanh', ['x'])],
    ['HardSigmoid', node('HardSigmoid', ['x'], { alpha: 0.7, beta: 0.4 })],
    ['HardSigmoid by default', node('HardSigmoid', ['x']), [-4, 4]],
    ['HardSwish', node('HardSwish', ['x']), [-5, 5]],
    ['Gelu', node('Gelu', ['x'])],
    ['Gelu by tanh', node('Gelu', ['x'], { approximate: 'tanh' })],
    ['Erf', node('Erf', ['x'])],
    ['Exp', node('Exp', ['x'])],
    ['Log', node('Log', ['x']), [0.3, 3]],
    ['Sqrt', node('Sqrt', ['x']), [0.3, 3]],
    ['Reciprocal', node('Reciprocal', ['x']), [0.3, 3]],
    ['Abs', node('Abs', ['x'])],
    ['Neg', node('Neg', ['x'])],
    ['Identity', node('Identity', ['x'])],
    ['Softmax of the last axis', node('Softmax', ['x'])],
    ['Softmax', node('Softmax', ['x'], { axis: 1 })],
    ['Softmax of an axis from behind', node('Softmax', ['x'], { axis: -2 })],
    ['LogSoftmax', node('LogSoftmax', ['x'], { axis: -2 })],
    ['Dropout outside training', node('Dropout', ['x'])],
  ];
  test.each(cases)('%s', async (_, each, range) => {
    await checkGradients({ inputs: { x: [2, 3, 4] }, nodes: [each], ...(range ? { range } : {}) });
  });

  test('Clip, by both bounds, one, or none', async () => {
    for (const bounds of [['low', 'high'], ['low'], ['', 'high'], []]) {
      await checkGradients({
        inputs: { x: [3, 5] },
        nodes: [node('Clip', ['x', ...bounds])],
        numbers: { low: -1, high: 1 },
      });
    }
  });

  test('ties are decided as PyTorch decides them: nothing flows at the corner of Relu, all of it at the bounds of Clip', async () => {
    expect(await cornerGradient(node('Relu', ['x']))).toEqual([0, 1]);
    expect(await cornerGradient(node('Clip', ['x', 'zero']))).toEqual([1, 1]);
    expect(await cornerGradient(node('LeakyRelu', ['x'], { alpha: 0.5 }))).toEqual([0.5, 1]);
  });
});

describe('operators of two inputs, broadcast', () => {
  /** Two shapes that broadcast against each other. */
  const shapes = fc
    .record({
      whole: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      ones: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }),
      cut: fc.integer({ min: 0, max: 3 }),
      turned: fc.boolean(),
    })
    .map(({ whole, ones, cut, turned }) => {
      const a = whole.map((size, i) => (ones[i] === 1 ? 1 : size));
      const b = whole.map((size, i) => (ones[i] === 2 ? 1 : size)).slice(Math.min(cut, whole.length));
      return turned ? ([b, a] as const) : ([a, b] as const);
    });

  test.each(['Add', 'Sub', 'Mul', 'Div'])('%s', async op => {
    await fc.assert(
      fc.asyncProperty(shapes, async ([x, z]) => {
        await checkGradients({ inputs: { x, z }, nodes: [node(op, ['x', 'z'])], range: [0.5, 2] });
      }),
      { seed: 3, numRuns: 6 },
    );
  });

  test('Pow, with an exponent that is an input, a number, or a square', async () => {
    await checkGradients({ inputs: { x: [2, 3], z: [3] }, nodes: [node('Pow', ['x', 'z'])], range: [0.5, 2] });
    for (const exponent of [2, 3, -0.5]) {
      await checkGradients({
        inputs: { x: [2, 3] },
        nodes: [node('Pow', ['x', 'e'])],
        range: [0.5, 2],
        numbers: { e: exponent },
      });
    }
    await checkGradients({ inputs: { x: [2, 3] }, nodes: [node('Pow', ['x', 'e'])], integers: { e: 3 } });
  });

  test('Pow at zero: no exponent makes NaN of a base of zero, nor a base of zero of an exponent', async () => {
    expect(await cornerGradient({ op: 'Pow', inputs: ['x', 'zero'], outputs: ['y'] })).toEqual([0, 0]);
    expect(await cornerGradient({ op: 'Pow', inputs: ['zero', 'x'], outputs: ['y'] })).toEqual([0, 0]);
  });

  test('Sum of three, and Where by a condition that is broadcast', async () => {
    await checkGradients({ inputs: { x: [2, 3], z: [3], u: [2, 1] }, nodes: [node('Sum', ['x', 'z', 'u'])] });
    await checkGradients({
      inputs: { x: [2, 3], z: [1, 3], c: [2, 1] },
      fixed: ['c'],
      nodes: [{ op: 'Greater', inputs: ['c', 'zero'], outputs: ['which'] }, node('Where', ['which', 'x', 'z'])],
      numbers: { zero: 0 },
    });
  });

  test('a value that is read twice collects both gradients', async () => {
    await checkGradients({ inputs: { x: [2, 3] }, nodes: [node('Mul', ['x', 'x'])] });
    await checkGradients({
      inputs: { x: [2, 3] },
      nodes: [
        { op: 'Tanh', inputs: ['x'], outputs: ['t'] },
        { op: 'Exp', inputs: ['t'], outputs: ['e'] },
        node('Sum', ['t', 'e', 'x']),
      ],
    });
  });
});
