/** A model with a node that holds graphs of its own. */
import type { Model } from '../../src/onnx/graph.ts';
import { readModel } from '../../src/onnx/read.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { join, lengthDelimited } from '../../src/onnx/wire.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { buildModel } from './build.ts';

const vector = (name: string, ...values: number[]) => floatTensor(name, [values.length], Float32Array.from(values));

/** y = if (x[0] > 0) x + up else x - down, where up and down are constants of the outer graph. */
export function branching(): Model {
  const branch = (op: string, constant: string): Uint8Array => {
    const inner = buildModel({
      inputs: [],
      outputs: [{ name: 'z', shape: [2] }],
      nodes: [{ op, inputs: ['x', constant], outputs: ['z'] }],
    });
    const bytes = writeModel(inner);
    // The body is the graph of that model: field 7.
    const at = Buffer.from(bytes).indexOf(0x3a);
    return bytes.subarray(at + 2, at + 2 + bytes[at + 1]!);
  };
  const text = (value: string): Uint8Array => Buffer.from(value);
  const attribute = (name: string, graph: Uint8Array): Uint8Array =>
    join([...lengthDelimited(1, [text(name)]), ...lengthDelimited(6, [graph]), Uint8Array.from([0xa0, 1, 5])]);
  const node = join([
    ...lengthDelimited(1, [text('test')]),
    ...lengthDelimited(2, [text('y')]),
    ...lengthDelimited(4, [text('If')]),
    ...lengthDelimited(5, [attribute('then_branch', branch('Add', 'up'))]),
    ...lengthDelimited(5, [attribute('else_branch', branch('Sub', 'down'))]),
  ]);
  const outer = buildModel({
    inputs: [{ name: 'x', shape: [2] }],
    outputs: [{ name: 'y', shape: [2] }],
    initializers: [
      vector('up', 10, 20),
      vector('down', 1, 2),
      vector('dead', 7),
      intTensor('i', [], [0]),
      floatTensor('zero', [], new Float32Array(1)),
    ],
    nodes: [
      { op: 'Gather', inputs: ['x', 'i'], outputs: ['first'] },
      { op: 'Greater', inputs: ['first', 'zero'], outputs: ['test'] },
      { op: 'Relu', inputs: ['x'], outputs: ['y'] },
    ],
  });
  const bytes = writeModel(outer);
  const model = readModel(bytes, { name: 'outer' });
  const message = (source: object | undefined): Uint8Array => (source as { message: Uint8Array }).message;
  const graph = [
    ...model.graph.nodes.slice(0, 2).flatMap(({ source }) => lengthDelimited(1, [message(source)])),
    ...lengthDelimited(1, [node]),
    ...[...model.graph.initializers.values()].flatMap(({ source }) => lengthDelimited(5, [message(source)])),
    ...lengthDelimited(11, [message(model.graph.inputs[0]?.source)]),
    ...lengthDelimited(12, [message(model.graph.outputs[0]?.source)]),
    ...lengthDelimited(2, [text('outer')]),
  ];
  return readModel(join([Uint8Array.from([8, 8, 0x42, 2, 0x10, 17]), ...lengthDelimited(7, graph)]), {
    name: 'branching',
  });
}
