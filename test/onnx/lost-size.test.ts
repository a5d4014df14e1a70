import { expect, test } from 'vitest';
import type { Shape } from '../../src/onnx/graph.ts';
import { lossOf } from '../../src/onnx/lost-size.ts';
import { inferValues } from '../../src/onnx/shapes.ts';
import { intTensor } from '../../src/onnx/tensor.ts';
import { buildModel, type TinyNode } from './build.ts';

/** Where the size of the last value was lost. */
function lost(shape: Shape, nodes: readonly TinyNode[], free: Readonly<Record<string, number>> = {}) {
  const model = buildModel({
    inputs: [
      { name: 'x', shape },
      { name: 'n', shape: [4], elementType: 'int64' },
    ],
    outputs: ['y'],
    nodes,
    initializers: [intTensor('two', [1], [2]), intTensor('last', [1], [3])],
    domains: { 'org.example': 1 },
  });
  const loss = lossOf(model.graph, inferValues(model.graph, model.opsets, free), nodes.at(-1)!.outputs[0]!);
  if (!loss) return null;
  return loss.kind === 'node' ? loss.node.name : [loss.input, ...loss.sizes];
}
const pool: TinyNode = {
  op: 'MaxPool',
  inputs: ['x'],
  outputs: ['p'],
  attributes: { kernel_shape: [3, 3], strides: [2, 2] },
};

test('a size that nobody gave is that of the input, as far behind as it may be', () => {
  expect(lost(['N', 3, 'h', 'w'], [pool, { op: 'Relu', inputs: ['p'], outputs: ['y'] }])).toEqual(['x', 'h', 'w']);
  expect(lost(['N', 3, 'h', 'w'], [pool], { h: 9 })).toEqual(['x', 'w']);
  expect(lost(['N', 3, 'h', 'w'], [pool], { h: 9, w: 9 })).toBeNull();
  expect(lost(['N', 3, 9, 9], [pool])).toBeNull();
});

test('a node that nobody knows is named, also where only the numbers of a shape come from it', () => {
  const measure: TinyNode = { op: 'Measure', domain: 'org.example', inputs: ['x'], outputs: ['m'], name: 'tape' };
  const relu: TinyNode = { op: 'Relu', inputs: ['m'], outputs: ['y'] };
  expect(lost(['N', 3, 9, 9], [measure, relu])).toBe('tape');
  const through: TinyNode[] = [
    measure,
    { op: 'Concat', inputs: ['m', 'two'], outputs: ['c'], attributes: { axis: 0 } },
    { op: 'Reshape', inputs: ['x', 'c'], outputs: ['y'] },
  ];
  expect(lost(['N', 3, 9, 9], through)).toBe('tape');
});

test('a shape that is fed is the input that it comes from', () => {
  expect(lost(['N', 3, 9, 9], [{ op: 'Reshape', inputs: ['x', 'n'], outputs: ['y'] }])).toEqual(['n']);
});

test('a size that is taken from the shape of the input leads back to it', () => {
  const nodes: TinyNode[] = [
    { op: 'Shape', inputs: ['x'], outputs: ['s'] },
    { op: 'Slice', inputs: ['s', 'two', 'last'], outputs: ['h'] },
    { op: 'Div', inputs: ['h', 'two'], outputs: ['half'] },
    { op: 'ConstantOfShape', inputs: ['half'], outputs: ['y'] },
  ];
  expect(lost(['N', 3, 'h', 9], nodes)).toEqual(['x', 'h']);
  expect(lost(['N', 3, 'h', 9], nodes, { h: 8 })).toBeNull();
});
