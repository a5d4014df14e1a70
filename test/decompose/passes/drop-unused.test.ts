import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { dropUnused } from '../../../src/decompose/passes/drop-unused.ts';
import type { Attribute, Model } from '../../../src/onnx/graph.ts';
import { graphPieces } from '../../../src/onnx/graph-proto.ts';
import { AttributeProtoSchema } from '../../../src/onnx/onnx_pb.ts';
import { join } from '../../../src/onnx/wire.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { network, node, randomTensor } from '../networks.ts';

const rng = seededRng(1);
const constants = ['w', 'v', 'never'].map(name => randomTensor(name, [4, 4], rng));
const names = (model: Model): string[] => [...model.graph.initializers.keys()];

const model = network({
  input: [1, 4],
  nodes: [node('MatMul', ['x', 'v'], 'y')],
  constants,
  outputs: [{ name: 'y', shape: null }],
});

test('drops what is named and unread, and nothing else', () => {
  expect(names(dropUnused(model, ['w']))).toEqual(['v', 'never']);
  expect(dropUnused(model, ['v'])).toBe(model);
  expect(dropUnused(model, ['x', 'y', 'no such value'])).toBe(model);
});

test('keeps a constant that the body of an If reads', () => {
  const body = network({
    input: [1, 4],
    nodes: [node('Identity', ['w'], 'inside')],
    constants: [],
    outputs: [{ name: 'inside', shape: [4, 4] }],
  }).graph;
  const g = join(graphPieces({ ...body, inputs: [] }, 8));
  const branch: Attribute = {
    kind: 'other',
    source: create(AttributeProtoSchema, { name: 'then_branch', type: 5, g }),
  };
  const choice = node('If', ['condition'], 'z', { then_branch: branch });
  const withBody: Model = { ...model, graph: { ...model.graph, nodes: [...model.graph.nodes, choice] } };
  expect(dropUnused(withBody, ['w'])).toBe(withBody);
  expect(names(dropUnused(withBody, ['w', 'never']))).toEqual(['w', 'v']);
});

test('keeps a constant that is an output of the model', () => {
  const outputs = [...model.graph.outputs, { name: 'w', elementType: 'float32' as const, shape: [4, 4] }];
  const withOutput: Model = { ...model, graph: { ...model.graph, outputs } };
  expect(dropUnused(withOutput, ['w'])).toBe(withOutput);
});
