import { expect, test } from 'vitest';
import { withMeasuredShapes } from '../../src/device/measured-shapes.ts';
import type { Shape } from '../../src/onnx/graph.ts';
import { inferShapes } from '../../src/onnx/shapes.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { buildModel } from '../onnx/build.ts';

/** CropAndResize is one that inference has no rule for; NonZero depends on what is fed. */
const model = (shape: Shape) =>
  buildModel({
    inputs: [{ name: 'x', shape }],
    outputs: ['y', { name: 'where', elementType: 'int64' }],
    nodes: [
      {
        op: 'CropAndResize',
        domain: 'com.microsoft',
        inputs: ['x', 'rois', 'index', 'size'],
        outputs: ['crop'],
      },
      { op: 'Relu', inputs: ['crop'], outputs: ['y'] },
      { op: 'Relu', inputs: ['x'], outputs: ['positive'] },
      { op: 'NonZero', inputs: ['positive'], outputs: ['where'] },
      { op: 'Tile', inputs: ['x', 'twice'], outputs: ['doubled'] },
    ],
    initializers: [
      floatTensor('rois', [1, 4], Float32Array.of(0, 0, 1, 1)),
      intTensor('index', [1], [0], 'int32'),
      intTensor('size', [2], [5, 6], 'int32'),
      intTensor('twice', [4], [3, 1, 1, 1]),
    ],
    domains: { 'com.microsoft': 1 },
  });
const shapesOf = async (shape: Shape) => {
  const found = await withMeasuredShapes(model(shape), ['crop', 'where', 'doubled']);
  return { stated: found.graph.valueInfo, inferred: inferShapes(found.graph, found.opsets) };
};

test('what the runtime gives is taken, with the batch by its name, and what depends on the data is not', async () => {
  const { stated, inferred } = await shapesOf(['N', 3, 8, 8]);
  expect(inferShapes(model(['N', 3, 8, 8]).graph, model(['N', 3, 8, 8]).opsets).has('y')).toBe(false);
  expect(inferred.get('y')).toEqual([1, 3, 5, 6]);
  expect(stated.get('doubled')?.shape).toEqual(['3*N', 3, 8, 8]);
  expect(stated.get('where')?.shape).toEqual([4, null]);
});

test('nothing is taken where another size than the batch is dynamic', async () => {
  expect((await shapesOf(['N', 3, 'h', 8])).stated.size).toBe(0);
});
