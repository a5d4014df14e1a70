import { Tensor as OrtTensor } from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { graphBuilder, makeNode } from '../../src/onnx/builder.ts';
import { intsOf } from '../../src/onnx/tensor.ts';
import { buildModel } from './build.ts';
import { run } from './runtime.ts';

const model = () =>
  buildModel({
    inputs: [{ name: 'x', shape: [2, 3] }],
    outputs: [{ name: 'y', shape: [2, 3] }],
    nodes: [
      { op: 'Relu', inputs: ['x'], outputs: ['y'], name: 'new/Add' },
      { op: 'Abs', inputs: ['y'], outputs: ['integers[2]'] },
    ],
  });

test('what is appended runs: x + [1, 2, 3], turned, its halves apart', async () => {
  const { graph, ...rest } = model();
  const build = graphBuilder(graph, 'new');
  const sum = build.add('Add', ['y', build.constant([3], [1, 2, 3], 'float32')]);
  const turned = build.add('Transpose', [sum], { perm: [1, 0] });
  const wide = build.add('Reshape', [turned, build.integers([2, 3])]);
  const halves = build.addMany('Split', [wide], 2, { axis: 0, num_outputs: 2 });
  build.put(makeNode('steep', 'LeakyRelu', [build.add('Neg', [halves[1]!])], ['z'], { alpha: { float: 2 } }));
  const outputs = [halves[0]!, 'z'];
  const whole = {
    ...rest,
    opsets: new Map([['', 18]]),
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...build.nodes()],
      initializers: build.initializers(),
      outputs: outputs.map(name => ({ name, elementType: 'float32' as const, shape: null })),
    },
  };
  const x = new OrtTensor('float32', Float32Array.of(1, -1, 2, 0, 4, -3), [2, 3]);
  const answers = await run(whole, { x });
  // Relu: 1 0 2 / 0 4 0; plus 1 2 3: 2 2 5 / 1 6 3; columns: 2 1 2 / 6 5 3.
  expect(Array.from(answers[outputs[0]!]!.data as Float32Array)).toEqual([2, 1, 2]);
  expect(Array.from(answers.z!.data as Float32Array)).toEqual([-12, -10, -6]);
});

test('a name that the graph has is not given again, and names begin with where nodes come from', () => {
  const build = graphBuilder(model().graph, 'new');
  expect(build.add('Add', ['x', 'x'])).toBe('new/Add~2');
  expect(build.integers([2])).toBe('integers[2]~2');
  build.within('later');
  expect(build.addMany('Split', ['x'], 2)).toEqual(['later/Split', 'later/Split:1']);
});

test('equal constants are there once, and a long list has a short name', () => {
  const { graph } = model();
  const build = graphBuilder(graph, 'new');
  expect(build.integers([1, 2])).toBe(build.integers([1, 2]));
  expect(build.scalar(0.5, 'float32')).toBe(build.scalar(0.5, 'float32'));
  expect(build.scalar(0.5, 'float64')).not.toBe(build.scalar(0.5, 'float32'));
  const list = Array.from({ length: 1000 }, (_, i) => i);
  const long = build.integers(list);
  expect(long).toBe('new/integers');
  expect(build.integers(list)).toBe(long);
  expect(build.integers([...list, 7])).toBe('new/integers~2');
  expect(Array.from(intsOf(build.initializers().get(long)!))).toEqual(list);
  expect(build.constants()).toHaveLength(5);
  expect(graph.initializers.size).toBe(0);
});

test('gives the nodes since it was last asked', () => {
  const build = graphBuilder(model().graph, 'new');
  build.add('Neg', ['x']);
  expect(build.newNodes().map(({ opType }) => opType)).toEqual(['Neg']);
  build.add('Exp', ['x']);
  build.add('Log', ['x']);
  expect(build.newNodes().map(({ opType }) => opType)).toEqual(['Exp', 'Log']);
  expect(build.newNodes()).toEqual([]);
  expect(build.nodes()).toHaveLength(3);
});

test('attributes are of the kind that their value says', () => {
  const { attributes } = makeNode('n', 'Any', [], [], { i: 2, f: 0.5, g: { float: 2 }, s: 'max', l: [], m: [1, 2] });
  expect(Object.fromEntries(attributes)).toEqual({
    i: { kind: 'int', value: 2 },
    f: { kind: 'float', value: 0.5 },
    g: { kind: 'float', value: 2 },
    s: { kind: 'string', value: 'max' },
    l: { kind: 'ints', value: [] },
    m: { kind: 'ints', value: [1, 2] },
  });
});

test('refuses a constant whose shape holds another number of values', () => {
  const build = graphBuilder(model().graph, 'new');
  expect(() => build.constant([2, 2], [1, 2, 3], 'float32')).toThrow('holds 3');
  expect(() => build.constant([1], [1], 'int64')).toThrow('int64');
});
