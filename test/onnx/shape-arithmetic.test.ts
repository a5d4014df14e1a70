/** What is computed from constants and sizes is known beforehand, element by element, as onnxruntime computes it. */
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../src/onnx/graph.ts';
import { inferShapes, inferValues } from '../../src/onnx/shapes.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import { buildModel, type TinyAttribute, type TinyNode } from './build.ts';
import { ramp, run, withAllOutputs } from './runtime.ts';

const i64 = (name: string, values: readonly number[], dims = [values.length]): Tensor => intTensor(name, dims, values);
const f32 = (name: string, values: readonly number[], dims = [values.length]): Tensor =>
  floatTensor(name, dims, Float32Array.from(values));
const bool = (name: string, values: readonly number[], dims = [values.length]): Tensor =>
  intTensor(name, dims, values, 'bool');

interface Case {
  readonly op: string;
  readonly given: readonly Tensor[];
  readonly attributes?: Readonly<Record<string, TinyAttribute>>;
  readonly opset?: number;
  readonly outputs?: number;
  readonly inputs?: readonly string[];
}

const table = (values: readonly number[], dims: number[]) => i64('a', values, dims);
const six = [3, -1, 4, 1, -5, 9];

const cases: readonly Case[] = [
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min'].flatMap((op): Case[] => [
    { op, given: [table(six, [2, 3]), i64('b', [2, -3, 4])] },
    { op, given: [f32('a', [0.1, 0.7, -2.5]), f32('b', [3], [])] },
  ]),
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map(
    (op): Case => ({
      op,
      given: [table(six, [2, 3]), i64('b', [3, 0, 4])],
    }),
  ),
  ...['And', 'Or', 'Xor'].map((op): Case => ({ op, given: [bool('a', [0, 0, 1, 1]), bool('b', [0, 1, 0, 1])] })),
  { op: 'Not', given: [bool('a', [0, 1])] },
  { op: 'Pow', given: [f32('a', [256, 2, 10]), f32('b', [0.5, 0.3, 3])] },
  { op: 'Pow', given: [i64('a', [2, 3, 7]), i64('b', [10, 3, 0])] },
  { op: 'Mod', given: [i64('a', [7, -7, 7, -7]), i64('b', [3, 3, -3, -3])] },
  { op: 'Mod', given: [f32('a', [7.5, -7.5]), f32('b', [2, 2])], attributes: { fmod: 1 } },
  ...['Abs', 'Neg', 'Ceil', 'Floor', 'Round', 'Sqrt', 'Exp', 'Reciprocal', 'Sign', 'Relu'].map(
    (op): Case => ({
      op,
      given: [f32('a', [0.5, 1.5, 2.5, 16])],
    }),
  ),
  { op: 'Round', given: [f32('a', [-0.5, -1.5, -2.5, 2.4999])] },
  { op: 'Clip', given: [i64('a', six), i64('low', [0], []), i64('high', [4], [])] },
  { op: 'Sum', given: [f32('a', [1, 2]), f32('b', [3], [1]), f32('c', [4, 5])] },
  { op: 'Mean', given: [f32('a', [1, 2]), f32('b', [4, 6])] },
  { op: 'Where', given: [bool('c', [0, 1, 1]), i64('a', six, [2, 3]), i64('b', [7], [])] },
  { op: 'Cast', given: [f32('a', [1.9, -1.9, 0])], attributes: { to: 7 } },
  { op: 'Cast', given: [i64('a', [16777217, 3])], attributes: { to: 1 } },
  { op: 'Cast', given: [i64('a', [-2, 0, 5])], attributes: { to: 9 } },
  { op: 'Cast', given: [f32('a', [0.1, 2049])], attributes: { to: 10 } },
  { op: 'CastLike', given: [f32('a', [1.9]), i64('b', [1])] },
  { op: 'Reshape', given: [table(six, [2, 3]), i64('to', [-1, 2])] },
  { op: 'Flatten', given: [table(six, [1, 2, 3])], attributes: { axis: 2 } },
  { op: 'Transpose', given: [table(six, [2, 3])] },
  { op: 'Transpose', given: [table([...Array(24).keys()], [2, 3, 4])], attributes: { perm: [2, 0, 1] } },
  { op: 'Squeeze', given: [table(six, [1, 6]), i64('axes', [0])] },
  { op: 'Unsqueeze', given: [table(six, [2, 3]), i64('axes', [1])] },
  { op: 'Expand', given: [table([1, 2], [2, 1]), i64('to', [3, 1, 2])] },
  { op: 'Tile', given: [table(six, [2, 3]), i64('repeats', [2, 2])] },
  { op: 'Slice', given: [table(six, [3, 2]), i64('s', [-1]), i64('e', [-9]), i64('along', [0]), i64('t', [-1])] },
  {
    op: 'Slice',
    given: [
      table([...Array(24).keys()], [2, 3, 4]),
      i64('s', [1, 0]),
      i64('e', [2, 9]),
      i64('along', [0, 2]),
      i64('t', [1, 3]),
    ],
  },
  { op: 'Gather', given: [table(six, [2, 3]), i64('i', [1, -1, 0, 0], [2, 2])], attributes: { axis: 1 } },
  { op: 'Gather', given: [table(six, [2, 3]), i64('i', [1], [])] },
  { op: 'GatherElements', given: [table(six, [2, 3]), i64('i', [1, 0, -1, 2], [2, 2])], attributes: { axis: 1 } },
  { op: 'GatherND', given: [table([...Array(24).keys()], [2, 3, 4]), i64('i', [0, 1, 1, -1], [2, 2])] },
  { op: 'ScatterND', given: [i64('a', [1, 2, 3, 4, 5]), i64('i', [4, 1], [2, 1]), i64('u', [90, 60])] },
  { op: 'ScatterND', given: [table(six, [2, 3]), i64('i', [1], [1, 1]), i64('u', [7, 8, 9], [1, 3])] },
  { op: 'Concat', given: [table(six, [2, 3]), i64('b', [7, 8], [2, 1])], attributes: { axis: 1 } },
  { op: 'Concat', given: [i64('a', [1]), i64('b', [2, 3])], attributes: { axis: 0 } },
  { op: 'Split', given: [table(six, [2, 3]), i64('parts', [1, 2])], attributes: { axis: 1 }, outputs: 2 },
  { op: 'Pad', given: [table(six, [2, 3]), i64('pads', [1, 0, 0, 2]), i64('fill', [8], [])] },
  { op: 'Pad', given: [table(six, [2, 3]), i64('pads', [0, -1, 0, 1])] },
  ...['Sum', 'Prod', 'Max', 'Min'].map(
    (kind): Case => ({
      op: `Reduce${kind}`,
      given: [table(six, [2, 3]), i64('axes', [1])],
      attributes: { keepdims: 0 },
      opset: 18,
    }),
  ),
  { op: 'ReduceProd', given: [i64('a', [3, 4, 5])], attributes: { keepdims: 0 } },
  { op: 'ReduceMean', given: [f32('a', [1, 2, 6])], attributes: { keepdims: 1 } },
  { op: 'ArgMax', given: [table(six, [2, 3])], attributes: { axis: 1, keepdims: 0 } },
  { op: 'CumSum', given: [table(six, [2, 3]), i64('axis', [1], [])] },
  { op: 'NonZero', given: [table([0, 2, 3, 0, 0, 1], [2, 3])] },
  { op: 'Range', given: [i64('a', [3], []), i64('b', [11], []), i64('c', [3], [])] },
  { op: 'ConstantOfShape', given: [i64('a', [2, 3])], attributes: { value: { tensor: i64('', [7]) } } },
  { op: 'Shape', given: [table(six, [2, 3])] },
  { op: 'Size', given: [table(six, [2, 3])] },
];

describe('folding', () => {
  it.each(cases.map((each, i) => [`${i}: ${each.op}`, each] as const))('%s', async (_, each) => {
    const { op, given, attributes = {}, opset = 17, outputs = 1 } = each;
    const ys = Array.from({ length: outputs }, (_, i) => `y${i}`);
    const model = buildModel({
      inputs: [{ name: 'x', shape: [1] }],
      outputs: [...ys.map(name => ({ name, elementType: 'other' as const })), { name: 'z', elementType: 'float32' }],
      initializers: given,
      nodes: [
        { op, inputs: given.map(({ name }) => name), outputs: ys, attributes },
        { op: 'Identity', inputs: ['x'], outputs: ['z'] },
      ],
      opset,
    });
    const values = inferValues(model.graph, model.opsets);
    const measured = await run(model, { x: ramp([1]) });
    for (const y of ys) {
      const { data, dims, type } = measured[y]!;
      const found = values.get(y);
      expect(found?.shape).toEqual(dims);
      // float16 comes as bits.
      const wanted =
        type === 'float16' ? [Math.fround(0.0999755859375), 2048] : Array.from(data as Float32Array, Number);
      expect(found?.content?.map(each => Number(each) + 0)).toEqual(wanted.map(each => each + 0));
    }
  });
});

describe('shapes as exporters compute them', () => {
  const imageNet = (nodes: readonly TinyNode[], initializers: readonly Tensor[]) =>
    buildModel({
      inputs: [{ name: 'x', shape: ['batch', 8, 16, 16] }],
      outputs: ['y'],
      nodes,
      initializers,
    });

  it('Pow and Cast, as in exports of vision transformers', () => {
    const model = imageNet(
      [
        { op: 'Pow', inputs: ['all', 'half'], outputs: ['side'] },
        { op: 'Cast', inputs: ['side'], outputs: ['whole'], attributes: { to: 7 } },
        { op: 'Unsqueeze', inputs: ['whole', 'nil'], outputs: ['one'] },
        { op: 'Concat', inputs: ['front', 'one', 'one'], outputs: ['to'], attributes: { axis: 0 } },
        { op: 'Reshape', inputs: ['x', 'to'], outputs: ['y'] },
      ],
      [f32('all', [256], []), f32('half', [0.5], []), i64('nil', [0]), i64('front', [0, 8])],
    );
    expect(inferShapes(model.graph, model.opsets).get('y')).toEqual(['batch', 8, 16, 16]);
  });

  it('F.pad: the pads turned round by ConstantOfShape, Concat, Reshape, Slice and Transpose', async () => {
    const model = imageNet(
      [
        {
          op: 'ConstantOfShape',
          inputs: ['four'],
          outputs: ['zeros'],
          attributes: { value: { tensor: i64('', [0]) } },
        },
        { op: 'Concat', inputs: ['pads', 'zeros'], outputs: ['all'], attributes: { axis: 0 } },
        { op: 'Reshape', inputs: ['all', 'pairs'], outputs: ['rows'] },
        { op: 'Slice', inputs: ['rows', 'minus1', 'low', 'nil', 'minus1'], outputs: ['back'] },
        { op: 'Transpose', inputs: ['back'], outputs: ['columns'], attributes: { perm: [1, 0] } },
        { op: 'Reshape', inputs: ['columns', 'minus1'], outputs: ['flat'] },
        { op: 'Cast', inputs: ['flat'], outputs: ['whole'], attributes: { to: 7 } },
        { op: 'Pad', inputs: ['x', 'whole'], outputs: ['y'] },
      ],
      [
        i64('four', [4]),
        i64('pads', [1, 2, 3, 4]),
        i64('pairs', [-1, 2]),
        i64('minus1', [-1]),
        i64('low', [-9223372036854775000]),
        i64('nil', [0]),
      ],
    );
    expect(inferShapes(model.graph, model.opsets).get('y')).toEqual(['batch', 8, 23, 19]);
    const { y } = await run(withAllOutputs(model), { x: ramp([2, 8, 16, 16]) });
    expect(y!.dims).toEqual([2, 8, 23, 19]);
  });

  it('half the height by ScatterND into the shape', () => {
    const model = imageNet(
      [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Slice', inputs: ['shape', 'two', 'three'], outputs: ['h'] },
        { op: 'Div', inputs: ['h', 'two'], outputs: ['h2'] },
        { op: 'ScatterND', inputs: ['shape', 'at', 'h2'], outputs: ['smaller'] },
        { op: 'Resize', inputs: ['x', '', '', 'smaller'], outputs: ['y'] },
      ],
      [i64('two', [2]), i64('three', [3]), i64('at', [2], [1, 1])],
    );
    expect(inferShapes(model.graph, model.opsets).get('y')).toEqual(['batch', 8, 8, 16]);
  });
});
