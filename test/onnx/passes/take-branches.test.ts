/** Branches that are always taken, against onnxruntime, which runs the If. */
import { describe, expect, test } from 'vitest';
import { readModel } from '../../../src/onnx/read.ts';
import { inferShapes } from '../../../src/onnx/shapes.ts';
import { intTensor } from '../../../src/onnx/tensor.ts';
import { join, lengthDelimited } from '../../../src/onnx/wire.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { randomTensor } from '../../decompose/networks.ts';
import { branchMessage, graphMessage, nodeMessage } from '../bodies.ts';
import { buildModel } from '../build.ts';
import { floats, ramp, run } from '../runtime.ts';

/** y = if (channels > `limit`) relu(conv(x)) else x, with the same names in both branches. */
function model(limit: number, nested = false): Uint8Array {
  const conv = nodeMessage({ op: 'Conv', inputs: ['x', 'w'], outputs: ['inner'], name: 'layer' });
  const taken = [conv, nodeMessage({ op: 'Relu', inputs: ['inner'], outputs: ['z'] })];
  const other = graphMessage('else', [nodeMessage({ op: 'Identity', inputs: ['x'], outputs: ['z'] })], ['z']);
  const branch = (then: Uint8Array): readonly Uint8Array[] => [
    branchMessage('then_branch', then),
    branchMessage('else_branch', other),
  ];
  const inside = graphMessage('then', taken, ['z']);
  const whole = nested
    ? graphMessage(
        'outer',
        [nodeMessage({ op: 'If', inputs: ['test'], outputs: ['z'], name: 'inside', attributes: branch(inside) })],
        ['z'],
      )
    : inside;
  const node = nodeMessage({ op: 'If', inputs: ['test'], outputs: ['y'], name: 'choice', attributes: branch(whole) });
  const bytes = writeModel(
    buildModel({
      inputs: [{ name: 'x', shape: ['N', 4, 'h', 'w'] }],
      outputs: [{ name: 'y', shape: ['N', 4, 'h', 'w'] }],
      initializers: [
        randomTensor('w', [4, 4, 1, 1], seededRng(2)),
        intTensor('one', [], [1]),
        intTensor('limit', [], [limit]),
      ],
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['sizes'] },
        { op: 'Gather', inputs: ['sizes', 'one'], outputs: ['channels'] },
        { op: 'Greater', inputs: ['channels', 'limit'], outputs: ['test'] },
        { op: 'Relu', inputs: ['x'], outputs: ['y'], name: 'choice' },
      ],
    }),
  );
  const read = readModel(bytes, { name: 'before' });
  const messageOf = (source: object | undefined): Uint8Array => (source as { message: Uint8Array }).message;
  const graph = [
    ...read.graph.nodes.slice(0, 3).flatMap(({ source }) => lengthDelimited(1, [messageOf(source)])),
    ...lengthDelimited(1, [node]),
    ...lengthDelimited(2, [Buffer.from('graph')]),
    ...[...read.graph.initializers.values()].flatMap(({ source }) => lengthDelimited(5, [messageOf(source)])),
    ...lengthDelimited(11, [messageOf(read.graph.inputs[0]?.source)]),
    ...lengthDelimited(12, [messageOf(read.graph.outputs[0]?.source)]),
  ];
  return join([Uint8Array.of(8, 8, 0x42, 2, 0x10, 17), ...lengthDelimited(7, graph)]);
}

const x = ramp([1, 4, 3, 5]);

describe('a condition that follows from sizes that are fixed', () => {
  test.each([
    [3, ['Conv', 'Relu']],
    [4, ['Identity']],
  ])('channels over %i takes one branch', async (limit, operators) => {
    const bytes = model(limit);
    const read = readModel(bytes, { name: 'branches.onnx' });
    expect(read.graph.nodes.slice(3).map(({ opType }) => opType)).toEqual(operators);
    expect(inferShapes(read.graph, read.opsets).get('y')).toEqual(['N', 4, 'h', 'w']);
    const [before, after] = [await run(bytes, { x }), await run(writeModel(read), { x })];
    expect(floats(after.y)).toEqual(floats(before.y));
  });

  test('leaves an If whose branch holds another', async () => {
    const bytes = model(3, true);
    const read = readModel(bytes, { name: 'branches.onnx' });
    expect(read.graph.nodes.at(-1)!.opType).toBe('If');
    expect(floats((await run(writeModel(read), { x })).y)).toEqual(floats((await run(bytes, { x })).y));
  });
});
