import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/onnx/graph.ts';
import { withMetadata } from '../../src/onnx/metadata.ts';
import { ModelProtoSchema } from '../../src/onnx/onnx_pb.ts';
import { readModel } from '../../src/onnx/read.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { join, lengthDelimited } from '../../src/onnx/wire.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { buildModel } from './build.ts';
import { floats, ramp, run } from './runtime.ts';
import { absent, readShared, sharedNetworks } from './shared.ts';

const tiny = buildModel({
  inputs: [{ name: 'x', shape: ['batch', 3] }],
  outputs: ['y'],
  initializers: [
    floatTensor('w', [3, 2], Float32Array.from([1, 2, 3, 4, 5, 6])),
    floatTensor('b', [2], new Float32Array([7, 8])),
  ],
  nodes: [
    { op: 'Gemm', inputs: ['x', 'w', 'b'], outputs: ['h'], attributes: { alpha: { float: 2 } } },
    { op: 'LeakyRelu', inputs: ['h'], outputs: ['y'], attributes: { alpha: 0.25 } },
  ],
});

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** The same graph as if every node, constant and list had been touched and put back. */
const rebuilt = (model: Model): Model => ({
  ...model,
  graph: {
    ...model.graph,
    nodes: model.graph.nodes.map(node => ({ ...node, inputs: [...node.inputs], attributes: new Map(node.attributes) })),
    initializers: new Map([...model.graph.initializers].map(([name, tensor]) => [name, { ...tensor }])),
    valueInfo: new Map(model.graph.valueInfo),
  },
});

describe.skipIf(absent)('real networks', () => {
  it.each(sharedNetworks)('%s comes back byte for byte', file => {
    const bytes = readShared(file);
    const model = readModel(bytes, { name: file });
    expect(same(writeModel(model), bytes)).toBe(true);
    expect(same(writeModel(rebuilt(model)), bytes)).toBe(true);
  });
});

describe('what is not understood', () => {
  // Field 4000, which no version of the format has, as a varint and as bytes.
  const stranger = Uint8Array.from([0x82, 0xfa, 0x01, 3, 1, 2, 3]);
  const nameOf = (bytes: Uint8Array, name: string): number => Buffer.from(bytes).indexOf(name);

  it('survives in the model, in the graph, in nodes and in constants that nothing changed', () => {
    const bytes = withStrangers(writeModel(tiny));
    const model = readModel(bytes, { name: 'strange' });
    expect(same(writeModel(model), bytes)).toBe(true);
    expect(same(writeModel(rebuilt(model)), bytes)).toBe(true);
    expect(count(bytes, stranger)).toBe(6);
  });

  it('survives beside what has changed, and in a node of which only an input changed', () => {
    const model = readModel(withStrangers(writeModel(tiny)), { name: 'strange' });
    const [gemm, relu] = model.graph.nodes;
    const w2 = { ...model.graph.initializers.get('w')!, name: 'w2' };
    const changed: Model = {
      ...model,
      graph: {
        ...model.graph,
        nodes: [{ ...gemm!, inputs: ['x', 'w2', 'b'] }, relu!],
        initializers: new Map([...model.graph.initializers].map(([key, t]) => (key === 'w' ? ['w2', w2] : [key, t]))),
      },
    };
    const bytes = writeModel(changed);
    expect(count(bytes, stranger)).toBe(6);
    expect(nameOf(bytes, 'w2')).toBeGreaterThan(0);
    const again = readModel(bytes, { name: 'again' });
    expect(again.graph.nodes[0]?.attributes.get('alpha')).toEqual({ kind: 'float', value: 2 });
  });

  it('an operator of another domain is passed through', () => {
    const model = buildModel({
      inputs: [{ name: 'x', shape: [1] }],
      outputs: ['y'],
      nodes: [
        { op: 'Frobnicate', domain: 'org.example', inputs: ['x', ''], outputs: ['y'], attributes: { how: 'well' } },
      ],
      domains: { 'org.example': 7 },
    });
    const again = readModel(writeModel(model), { name: 'custom' });
    expect(again.graph.nodes[0]).toMatchObject({ opType: 'Frobnicate', domain: 'org.example', inputs: ['x', ''] });
    expect(again.opsets.get('org.example')).toBe(7);
  });

  /** Puts the strange field behind the fields of both nodes, both constants, the graph and the model. */
  function withStrangers(bytes: Uint8Array): Uint8Array {
    const model = readModel(bytes, { name: 'tiny' });
    const message = (source: object | undefined): Uint8Array => (source as { message: Uint8Array }).message;
    const { nodes, initializers, inputs, outputs } = model.graph;
    const graph = [
      ...nodes.flatMap(({ source }) => lengthDelimited(1, [message(source), stranger])),
      ...[...initializers.values()].flatMap(({ source }) => lengthDelimited(5, [message(source), stranger])),
      ...lengthDelimited(11, [message(inputs[0]?.source)]),
      ...lengthDelimited(12, [message(outputs[0]?.source)]),
      stranger,
    ];
    const head = toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, { irVersion: 8n, opsetImport: [{ domain: '', version: 17n }] }),
    );
    return join([head, ...lengthDelimited(7, graph), stranger]);
  }

  const count = (bytes: Uint8Array, part: Uint8Array): number =>
    Buffer.from(bytes).toString('latin1').split(Buffer.from(part).toString('latin1')).length - 1;
});

describe('a changed model', () => {
  it('gives what the graph says, in onnxruntime', async () => {
    const { y } = await run(tiny, { x: ramp([4, 3]) });
    const x = floats(ramp([4, 3]));
    const gemm = (row: number, c: number): number =>
      2 * (x[3 * row]! * (1 + c) + x[3 * row + 1]! * (3 + c) + x[3 * row + 2]! * (5 + c)) + 7 + c;
    const leaky = (value: number): number => (value < 0 ? value / 4 : value);
    const expected = Array.from({ length: 8 }, (_, i) => leaky(gemm(Math.floor(i / 2), i % 2)));
    floats(y).forEach((value, i) => void expect(value).toBeCloseTo(expected[i]!, 4));
  });

  it('keeps notes that others made in it, and takes ours', () => {
    const noted = readModel(writeModel(withMetadata(tiny, { author: 'somebody', source: 'there' })), { name: 'noted' });
    const ours = readModel(writeModel(withMetadata(noted, { study: 'a', source: null })), { name: 'ours' });
    expect([...ours.metadata]).toEqual([
      ['author', 'somebody'],
      ['study', 'a'],
    ]);
  });

  it('lists a new initialiser among the inputs where the IR version asks for it', async () => {
    const old = readModel(writeModel({ ...tiny, irVersion: 3 }), { name: 'old' });
    expect(old.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    const bigger = floatTensor('b', [1, 2], new Float32Array([7, 8]));
    const graph = { ...old.graph, initializers: new Map(old.graph.initializers).set('b', bigger) };
    const again = readModel(writeModel({ ...old, graph }), { name: 'again' });
    const source = again.graph.source as { inputs: { name: string; shape: unknown }[] };
    expect(source.inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['x', ['batch', 3]],
      ['w', [3, 2]],
      ['b', [1, 2]],
    ]);
    const [before, after] = [await run(old, { x: ramp([1, 3]) }), await run(again, { x: ramp([1, 3]) })];
    expect(floats(after.y)).toEqual(floats(before.y));
  });

  it('drops an initialiser from the inputs together with the initialiser', () => {
    const old = readModel(writeModel({ ...tiny, irVersion: 3 }), { name: 'old' });
    const initializers = new Map(old.graph.initializers);
    initializers.delete('b');
    const nodes = old.graph.nodes.map(node => (node.opType === 'Gemm' ? { ...node, inputs: ['x', 'w'] } : node));
    const again = readModel(writeModel({ ...old, graph: { ...old.graph, nodes, initializers } }), { name: 'again' });
    expect((again.graph.source as { inputs: unknown[] }).inputs).toHaveLength(2);
    expect(again.graph.inputs.map(({ name }) => name)).toEqual(['x']);
  });

  it('writes every kind of attribute as it was given', () => {
    const attributes = {
      float: { float: 0.5 },
      int: -3,
      ints: [1, -1, 2 ** 40],
      string: 'grüß',
      tensor: { tensor: intTensor('', [2], [5, -6]) },
    };
    const model = buildModel({
      inputs: [{ name: 'x' }],
      outputs: ['y'],
      nodes: [{ op: 'Any', domain: 'org.example', inputs: ['x'], outputs: ['y'], attributes }],
      domains: { 'org.example': 1 },
    });
    const { attributes: read } = readModel(writeModel(model), { name: 'attributes' }).graph.nodes[0]!;
    expect(read.get('float')).toEqual({ kind: 'float', value: 0.5 });
    expect(read.get('int')).toEqual({ kind: 'int', value: -3 });
    expect(read.get('ints')).toEqual({ kind: 'ints', value: [1, -1, 2 ** 40] });
    expect(read.get('string')).toEqual({ kind: 'string', value: 'grüß' });
    expect(read.get('tensor')).toMatchObject({ value: { dims: [2], elementType: 'int64' } });
  });

  it('writes the end of a slice, the largest int64, as that number', () => {
    const ends = intTensor('ends', [1], [2 ** 63]);
    expect(new BigInt64Array(new Uint8Array(ends.bytes).buffer)[0]).toBe(2n ** 63n - 1n);
  });
});
