/** Functions of a model's own written where they are called, against onnxruntime, which runs the file as it is. */
import { expect, test } from 'vitest';
import { findSites } from '../../../src/decompose/find-sites.ts';
import { readModel } from '../../../src/onnx/read.ts';
import { inferShapes } from '../../../src/onnx/shapes.ts';
import { writeModel } from '../../../src/onnx/write.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { randomTensor } from '../../decompose/networks.ts';
import {
  type FunctionText,
  functionMessage,
  intsMessage,
  nodeMessage,
  referenceMessage,
  withFunctions,
} from '../bodies.ts';
import { buildModel } from '../build.ts';
import { floats, ramp, run } from '../runtime.ts';

/** A convolution whose padding the call gives, and what came in. */
const block: FunctionText = {
  name: 'Block',
  inputs: ['X', 'W', 'B'],
  outputs: ['Y', 'Z'],
  nodes: [
    nodeMessage({
      op: 'Conv',
      inputs: ['X', 'W', 'B'],
      outputs: ['inner'],
      attributes: [referenceMessage('pads', 'around')],
      name: 'conv',
    }),
    nodeMessage({ op: 'Relu', inputs: ['inner'], outputs: ['Y'] }),
    nodeMessage({ op: 'Identity', inputs: ['X'], outputs: ['Z'] }),
  ],
  attributes: ['around'],
};
/** Two of them, the second with what its default says, and without a bias. */
const tower: FunctionText = {
  name: 'Tower',
  inputs: ['a', 'w'],
  outputs: ['b'],
  nodes: [
    nodeMessage({
      op: 'Block',
      domain: 'local',
      inputs: ['a', 'w', ''],
      outputs: ['inner', 'same'],
      attributes: [referenceMessage('around', 'around')],
    }),
    nodeMessage({ op: 'Add', inputs: ['inner', 'same'], outputs: ['sum'] }),
    nodeMessage({
      op: 'Block',
      domain: 'local',
      inputs: ['sum', 'w'],
      outputs: ['b', 'rest'],
      attributes: [intsMessage('around', [0, 0, 0, 0])],
    }),
  ],
  defaults: [intsMessage('around', [1, 1, 1, 1])],
};

function model(functions: readonly FunctionText[]): Uint8Array {
  const rng = seededRng(1);
  const outer = buildModel({
    inputs: [{ name: 'x', shape: ['N', 8, 9, 9] }],
    outputs: ['y'],
    nodes: [
      { op: 'Tower', domain: 'local', inputs: ['x', 'v'], outputs: ['inner'], name: 'first' },
      {
        op: 'Block',
        domain: 'local',
        inputs: ['inner', 'w', 'c'],
        outputs: ['y', 'rest'],
        name: 'last',
        attributes: { around: [2, 2, 0, 0] },
      },
    ],
    initializers: [
      randomTensor('v', [8, 8, 3, 3], rng),
      randomTensor('w', [8, 8, 3, 3], rng),
      randomTensor('c', [8], rng),
    ],
    domains: { local: 1 },
  });
  return withFunctions(writeModel(outer), functions.map(functionMessage));
}

test('computes what the calls compute, with nested calls, references, and defaults', async () => {
  const bytes = model([block, tower]);
  const read = readModel(bytes, { name: 'functions.onnx' });
  expect(read.graph.nodes.map(({ opType }) => opType).filter(each => each !== 'Identity')).toEqual([
    'Conv',
    'Relu',
    'Add',
    'Conv',
    'Relu',
    'Conv',
    'Relu',
  ]);
  const names = read.graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]).filter(name => name !== '');
  expect(new Set(read.graph.nodes.map(({ name }) => name)).size).toBe(read.graph.nodes.length);
  expect(new Set(names).size).toBeGreaterThan(read.graph.nodes.length);
  const x = ramp([2, 8, 9, 9]);
  const [before, after] = [await run(bytes, { x }), await run(writeModel(read), { x })];
  expect(floats(after.y)).toEqual(floats(before.y));
  // The layers in them are sites: two calls read one weight.
  const { sites, rejected } = findSites(read, inferShapes(read.graph, read.opsets));
  expect(rejected).toEqual([]);
  expect(sites.map(({ weight, twins }) => [weight, twins?.length ?? 0])).toEqual([
    ['v', 1],
    ['w', 0],
  ]);
});

test('leaves calls of functions that are written for another version of the operators', () => {
  const read = readModel(model([{ ...block, opset: 16 }, tower]), { name: 'functions.onnx' });
  expect(read.graph.nodes.map(({ opType }) => opType)).toContain('Block');
  expect(findSites(read, inferShapes(read.graph, read.opsets)).rejected[0]).toMatchObject({ why: 'function' });
});

test('gives up on functions that call each other without an end', () => {
  const endless = {
    ...tower,
    nodes: [nodeMessage({ op: 'Tower', domain: 'local', inputs: ['a', 'w'], outputs: ['b'] })],
  };
  const read = readModel(model([block, endless]), { name: 'functions.onnx' });
  expect(read.graph.nodes.map(({ opType }) => opType)).toEqual(['Tower', 'Block']);
});
