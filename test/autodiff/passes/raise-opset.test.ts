import { describe, expect, it } from 'vitest';
import { raiseOpset } from '../../../src/autodiff/passes/raise-opset.ts';
import type { Model } from '../../../src/onnx/graph.ts';
import { buildModel, type TinyNode } from '../../onnx/build.ts';
import { ramp, run } from '../../onnx/runtime.ts';

const network = (opset: number, nodes: readonly TinyNode[], dims: readonly number[] = [2, 3, 4]): Model =>
  buildModel({
    inputs: [{ name: 'x', shape: dims, elementType: 'float32' }],
    outputs: [{ name: 'y', shape: null, elementType: 'float32' }],
    nodes,
    opset,
  });

describe('a model at opset 18', () => {
  it.each([11, 12, 13, 17])(
    'says the same as it did at %i, with what were attributes as inputs, each once',
    async opset => {
      // From 13 on ReduceSum and Unsqueeze take them as inputs already, ReduceMean from 18 on.
      const nodes: TinyNode[] = [
        { op: 'ReduceMean', inputs: ['x'], outputs: ['mean'], attributes: { axes: [1], keepdims: 1 } },
        { op: 'ReduceMax', inputs: ['x'], outputs: ['most'], attributes: { axes: [1], keepdims: 1 } },
        { op: 'Sub', inputs: ['most', 'mean'], outputs: ['range'] },
        ...(opset < 13 ? [{ op: 'Softmax', inputs: ['range'], outputs: ['y'], attributes: { axis: 2 } }] : []),
        ...(opset < 13 ? [] : [{ op: 'Softmax', inputs: ['range'], outputs: ['y'] }]),
      ];
      const model = network(opset, nodes);
      const raised = raiseOpset(model);
      expect(raised.opsets.get('')).toBe(18);
      const feeds = { x: ramp([2, 3, 4]) };
      expect((await run(raised, feeds)).y?.data).toEqual((await run(model, feeds)).y?.data);
      expect(raised.graph.nodes.map(({ inputs }) => inputs[1])).toEqual([
        'integers[1]',
        'integers[1]',
        'mean',
        undefined,
      ]);
      expect([...raised.graph.initializers.keys()]).toEqual(['integers[1]']);
    },
  );

  it('is given back as it is', () => {
    const model = network(18, [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }]);
    expect(raiseOpset(model)).toBe(model);
  });

  it('is refused where a softmax joined several axes, and below opset 11', () => {
    const softmax = network(12, [{ op: 'Softmax', inputs: ['x'], outputs: ['y'], name: 'head' }]);
    expect(() => raiseOpset(softmax)).toThrow('"head" (Softmax): before opset 13 it joins several axes');
    expect(() => raiseOpset(network(10, []))).toThrow('opset 10');
  });
});
