import { describe, expect, test } from 'vitest';
import { gradients } from '../../../src/autodiff/gradient/gradients.ts';
import { UserError } from '../../../src/errors/user-error.ts';
import { branching } from '../../onnx/branching.ts';
import { buildModel } from '../../onnx/build.ts';
import { checkGradients } from './check.ts';

const chain = (middle: string) =>
  buildModel({
    opset: 20,
    inputs: ['x', 'a', 'b', 'c'].map(name => ({ name, shape: [2, 2] })),
    outputs: ['loss'],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'a'], outputs: ['first'] },
      { op: middle, inputs: ['first'], outputs: ['second'], name: 'odd one' },
      { op: 'MatMul', inputs: ['second', 'b'], outputs: ['third'] },
      { op: 'MatMul', inputs: ['third', 'c'], outputs: ['fourth'] },
      { op: 'ReduceSum', inputs: ['fourth'], outputs: ['loss'], attributes: { keepdims: 0 } },
    ],
  });
const appended = (wrt: string[]): string[] => {
  const model = chain('Relu');
  return gradients(model, { of: 'loss', wrt })
    .model.graph.nodes.slice(model.graph.nodes.length)
    .map(({ name }) => name);
};

describe('the reverse pass', () => {
  test('holds nothing for a weight that is frozen, and ends behind a frozen beginning', () => {
    const counts = [['a', 'b', 'c'], ['b', 'c'], ['c']].map(wrt => appended(wrt).length);
    expect(counts[1]).toBeLessThan(counts[0] as number);
    expect(counts[2]).toBeLessThan(counts[1] as number);
    expect(appended(['c']).some(name => /first|second|third/.test(name))).toBe(false);
    expect(appended(['a', 'c']).length).toBeLessThan(counts[0] as number);
  });

  test('names a node without a gradient, and what could be frozen', () => {
    const model = chain('Cos');
    expect(() => gradients(model, { of: 'loss', wrt: ['a', 'b', 'c'] })).toThrow(UserError);
    expect(() => gradients(model, { of: 'loss', wrt: ['a', 'b', 'c'] })).toThrow(
      'Cannot train through the node "odd one" (Cos): this operator has no gradient here. Freeze what lies before it: a.',
    );
    // With that frozen nothing has to pass it.
    expect([...gradients(model, { of: 'loss', wrt: ['b', 'c'] }).gradients.keys()]).toEqual(['b', 'c']);
  });

  test('names what an operator does not cover', () => {
    const model = buildModel({
      opset: 20,
      inputs: [{ name: 'x', shape: [1, 1, 4, 4] }],
      outputs: ['y'],
      nodes: [{ op: 'MaxPool', inputs: ['x'], outputs: ['y'], attributes: { kernel_shape: [2, 2], storage_order: 1 } }],
    });
    expect(() => gradients(model, { of: 'y', wrt: ['x'] })).toThrow('it counts places column by column');
  });

  test('names a node whose body reads a value on the way', () => {
    expect(() => gradients(branching(), { of: 'y', wrt: ['x'] })).toThrow(
      '(If): this operator has no gradient here. Freeze what lies before it: x.',
    );
    expect(() => gradients(branching(), { of: 'y', wrt: ['up'] })).toThrow(UserError);
  });

  test('names a node of which more than the first output is trained through', () => {
    const model = buildModel({
      opset: 20,
      inputs: [
        { name: 'x', shape: [2, 3] },
        { name: 'gamma', shape: [3] },
      ],
      outputs: ['y'],
      nodes: [
        { op: 'LayerNormalization', inputs: ['x', 'gamma'], outputs: ['normal', 'mean'] },
        { op: 'Add', inputs: ['normal', 'mean'], outputs: ['y'] },
      ],
    });
    expect(() => gradients(model, { of: 'y', wrt: ['x'] })).toThrow('more than its first output is trained through');
  });

  test('gives zeros for a value that nothing depends on, and stops at whole numbers', async () => {
    const found = await checkGradients({
      inputs: { x: [2, 3], z: [2] },
      nodes: [
        { op: 'Sign', inputs: ['z'], outputs: ['s'] },
        { op: 'ReduceSum', inputs: ['s'], outputs: ['t'], attributes: { keepdims: 0 } },
        { op: 'Mul', inputs: ['x', 't'], outputs: ['y'] },
      ],
    });
    expect([...(found.get('z') ?? [])]).toEqual([0, 0]);
  });

  test('raises older models: ReduceSum and Squeeze with their axes as attributes', async () => {
    await checkGradients({
      opset: 11,
      inputs: { x: [2, 1, 3] },
      nodes: [
        { op: 'Squeeze', inputs: ['x'], outputs: ['s'], attributes: { axes: [1] } },
        { op: 'ReduceSum', inputs: ['s'], outputs: ['y'], attributes: { axes: [-1], keepdims: 0 } },
      ],
    });
  });

  test('attention: softmax(Q K^T / 2) V, all of them of the same input', async () => {
    await checkGradients({
      inputs: { x: [2, 3, 4], q: [4, 4], k: [4, 4], v: [4, 4] },
      nodes: [
        ...['q', 'k', 'v'].map(name => ({ op: 'MatMul', inputs: ['x', name], outputs: [`x${name}`] })),
        { op: 'Transpose', inputs: ['xk'], outputs: ['kt'], attributes: { perm: [0, 2, 1] } },
        { op: 'MatMul', inputs: ['xq', 'kt'], outputs: ['scores'] },
        { op: 'Softmax', inputs: ['scores'], outputs: ['shares'] },
        { op: 'MatMul', inputs: ['shares', 'xv'], outputs: ['y'] },
      ],
      range: [-1, 1],
    });
  });
});
