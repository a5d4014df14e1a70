import { describe, expect, it } from 'vitest';
import {
  consumersOf,
  dropDeadInitializers,
  firstUndefined,
  freshNames,
  producersOf,
  replaceNode,
} from '../../src/onnx/edit.ts';
import { type Pass, runPass, runPasses } from '../../src/onnx/pass.ts';
import { dropDeadInitializersPass } from '../../src/onnx/passes/drop-dead-initializers.ts';
import { liftConstantsPass } from '../../src/onnx/passes/lift-constants.ts';
import { readModel } from '../../src/onnx/read.ts';
import { bodiesOf } from '../../src/onnx/subgraph.ts';
import { floatsOf, floatTensor } from '../../src/onnx/tensor.ts';
import { constantsOf, resolved } from '../../src/onnx/weights.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { branching } from './branching.ts';
import { buildModel } from './build.ts';
import { floats, ramp, run } from './runtime.ts';

const vector = (name: string, ...values: number[]) => floatTensor(name, [values.length], Float32Array.from(values));

describe('bodies of If', () => {
  it('run as before after a round trip, and read the constants around them', async () => {
    const model = branching();
    expect([...bodiesOf(model.graph.nodes[2]!).reads].sort()).toEqual(['down', 'up', 'x']);
    expect(consumersOf(model.graph).get('up')).toEqual([model.graph.nodes[2]]);
    const x = ramp([2]);
    const expected = floats(x).map((value, i) => value + [10, 20][i]!);
    expect(floats((await run(writeModel(model), { x })).y)).toEqual(expected.map(Math.fround));
  });

  it('keep what they read alive; what nothing reads goes', async () => {
    const { model, modified } = runPass(dropDeadInitializersPass, branching());
    expect(modified).toBe(true);
    expect([...model.graph.initializers.keys()].sort()).toEqual(['down', 'i', 'up', 'zero']);
    await expect(run(model, { x: ramp([2]) })).resolves.toBeDefined();
    expect(runPass(dropDeadInitializersPass, model)).toEqual({ model, modified: false });
    expect(dropDeadInitializers(model.graph)).toBe(model.graph);
  });

  it('a new name collides with none of theirs', () => {
    const fresh = freshNames(branching().graph);
    expect(['up', 'x', 'new', 'new', 'y'].map(fresh)).toEqual(['up~2', 'x~2', 'new', 'new~2', 'y~2']);
  });
});

describe('Constant nodes', () => {
  const held = floatTensor('inside', [2, 3], Float32Array.from([1, 2, 3, 4, 5, 6]));
  const model = buildModel({
    inputs: [{ name: 'x', shape: [1, 3] }],
    outputs: ['y'],
    nodes: [
      { op: 'Constant', inputs: [], outputs: ['c'], attributes: { value: { tensor: held } } },
      { op: 'Transpose', inputs: ['c'], outputs: ['t'], attributes: { perm: [1, 0] } },
      { op: 'Identity', inputs: ['t'], outputs: ['w'] },
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] },
    ],
  });

  it('become initialisers, and the network computes what it did', async () => {
    const read = readModel(writeModel(model), { name: 'constant' });
    const lifted = runPass(liftConstantsPass, read);
    expect(lifted.modified).toBe(true);
    expect([...lifted.model.graph.initializers.keys()]).toEqual(['c']);
    const x = ramp([1, 3]);
    expect(floats((await run(lifted.model, { x })).y)).toEqual(floats((await run(read, { x })).y));
    expect(runPasses([liftConstantsPass, dropDeadInitializersPass], lifted.model).modified).toBe(false);
  });

  it('are found behind Transpose and Identity, with the transposition done', () => {
    const found = constantsOf(model.graph)('w')!;
    expect(found).toMatchObject({ name: 'c', tensor: held });
    expect(found.through.map(({ opType }) => opType)).toEqual(['Transpose', 'Identity']);
    expect(resolved(found)).toMatchObject({ dims: [3, 2] });
    expect([...floatsOf(resolved(found)!)]).toEqual([1, 4, 2, 5, 3, 6]);
    expect(constantsOf(model.graph)('x')).toBeNull();
    expect(constantsOf(model.graph)('y')).toBeNull();
  });

  it('are found behind Cast, with the type they have then', () => {
    const half = floatTensor('h', [2], Float32Array.from([1, 0.1]), 'float16');
    const cast = buildModel({
      inputs: [{ name: 'x' }],
      outputs: ['y'],
      initializers: [half],
      nodes: [
        { op: 'Cast', inputs: ['h'], outputs: ['w'], attributes: { to: 1 } },
        { op: 'Add', inputs: ['x', 'w'], outputs: ['y'] },
      ],
    });
    const tensor = resolved(constantsOf(cast.graph)('w')!)!;
    expect(tensor.elementType).toBe('float32');
    expect([...floatsOf(tensor)]).toEqual([...floatsOf(half)]);
  });
});

describe('moves', () => {
  const model = buildModel({
    inputs: [{ name: 'x', shape: [3] }],
    outputs: ['y'],
    initializers: [vector('a', 1, 2, 3)],
    nodes: [
      { op: 'Add', inputs: ['x', 'a'], outputs: ['h'] },
      { op: 'Relu', inputs: ['h'], outputs: ['y'] },
    ],
  });

  it('one node becomes several in its place', async () => {
    const [add] = model.graph.nodes;
    const parts = buildModel({
      inputs: [],
      outputs: [],
      nodes: [
        { op: 'Sub', inputs: ['x', 'b'], outputs: ['g'] },
        { op: 'Identity', inputs: ['g'], outputs: ['h'] },
      ],
    }).graph.nodes;
    const graph = replaceNode(model.graph, add!, parts, [vector('b', -1, -2, -3)]);
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Sub', 'Identity', 'Relu']);
    expect(producersOf(graph).get('h')?.opType).toBe('Identity');
    expect(firstUndefined(graph)).toBeNull();
    const x = ramp([3]);
    expect(floats((await run({ ...model, graph }, { x })).y)).toEqual(floats((await run(model, { x })).y));
  });

  it('what cannot run is noticed', () => {
    const [add, relu] = model.graph.nodes;
    expect(firstUndefined({ ...model.graph, nodes: [relu!, add!] })).toBe('h');
    expect(firstUndefined({ ...model.graph, nodes: [add!] })).toBe('y');
  });

  it('a pass must find what it needs and keep what it promises', () => {
    const picky: Pass = {
      name: 'picky',
      requires: () => 'no such thing',
      apply: each => ({ model: each, modified: false }),
    };
    const liar: Pass = {
      name: 'liar',
      apply: each => ({ model: each, modified: true }),
      ensures: () => 'it did nothing',
    };
    expect(() => runPass(picky, model)).toThrow('pass "picky" does not apply: no such thing');
    expect(() => runPass(liar, model)).toThrow('pass "liar" broke its promise: it did nothing');
  });
});
