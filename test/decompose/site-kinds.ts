/** Small networks, one for each kind of site, whose weights have a canonical rank of 4: every method holds them exactly at rank 4. */
import type { SiteKind } from '../../src/decompose/dense-node.ts';
import type { Attribute, Dimension, Model, Node, Tensor } from '../../src/onnx/graph.ts';
import { floatTensor, intTensor } from '../../src/onnx/tensor.ts';
import type { Rng } from '../../src/random/rng.ts';
import { int, ints, network, node, randomTensor, text, uniform } from './networks.ts';

export const trueRank = 4;

/** A sum of `rank` outer products. */
export function lowRank(name: string, dims: readonly number[], rng: Rng, rank = trueRank): Tensor {
  const count = dims.reduce((a, b) => a * b, 1);
  const sum = new Float64Array(count);
  for (let r = 0; r < rank; r++) {
    const vectors = dims.map(size => uniform(rng, size));
    for (let at = 0; at < count; at++) {
      let rest = at;
      let product = 1;
      for (let axis = dims.length - 1; axis >= 0; axis--) {
        product *= vectors[axis]![rest % dims[axis]!]!;
        rest = Math.floor(rest / dims[axis]!);
      }
      sum[at]! += product;
    }
  }
  return floatTensor(name, dims, Float32Array.from(sum));
}

export interface KindCase {
  readonly name: string;
  readonly kind: SiteKind;
  readonly input: readonly number[];
  readonly model: Model;
  /** The axes of the output that its channels lie along. */
  readonly channels: readonly number[];
}

interface Parts {
  readonly nodes: readonly Node[];
  readonly constants: readonly Tensor[];
  readonly channels?: readonly number[];
}

type Attributes = Readonly<Record<string, Attribute>>;

const [ins, outs] = [16, 24];

/** @param opset of the standard operators */
export function kindCases(rng: Rng, opset = 13): KindCase[] {
  const built = (
    name: string,
    kind: SiteKind,
    input: readonly number[],
    { nodes, constants, channels = [1] }: Parts,
  ): KindCase => {
    const dims: readonly Dimension[] = ['N', ...input.slice(1)];
    const model = network({ input: dims, nodes, constants, outputs: [{ name: 'y', shape: null }] });
    return { name, kind, input, channels, model: { ...model, opsets: new Map([['', opset]]) } };
  };
  const bias = (size = outs): Tensor => randomTensor('b', [size], rng);
  const image = [2, ins, 9, 11];
  const tokens = [2, 7, ins];
  const same = { pads: ints(1, 1, 1, 1) };
  const behind = (opType: string, before: Node, attributes: Attributes = {}): Node[] => [
    before,
    node(opType, opType === 'Conv' ? ['x', 'w', 'b'] : ['x', 'w'], 'y', attributes),
  ];
  const kernel = [outs, ins, 3, 3];
  const axesOf = opset < 13 ? { axes: ints(2, 3) } : {};
  return [
    built('Transpose before Conv', 'conv', image, {
      nodes: behind('Conv', node('Transpose', ['v'], 'w', { perm: ints(3, 2, 0, 1) }), same),
      constants: [lowRank('v', [3, 3, ins, outs], rng), bias()],
    }),
    built('Reshape before Conv', 'conv', image, {
      nodes: behind('Conv', node('Reshape', ['v', 'sizes'], 'w'), same),
      constants: [lowRank('v', kernel, rng), intTensor('sizes', [4], [0, -1, 3, 3]), bias()].map(each =>
        each.name === 'v' ? { ...each, dims: [outs, ins * 9] } : each,
      ),
    }),
    built('Unsqueeze before Conv', 'conv1x1', image, {
      nodes: behind('Conv', node('Unsqueeze', opset < 13 ? ['v'] : ['v', 'axes'], 'w', axesOf)),
      constants: [lowRank('v', [outs, ins], rng), ...(opset < 13 ? [] : [intTensor('axes', [2], [2, 3])]), bias()],
    }),
    built('Transpose before MatMul', 'matmul', tokens, {
      channels: [2],
      nodes: behind('MatMul', node('Transpose', ['v'], 'w')),
      constants: [lowRank('v', [outs, ins], rng)],
    }),
    built('Reshape, Transpose and Identity before MatMul', 'matmul', tokens, {
      channels: [2],
      nodes: [
        node('Reshape', ['v', 'sizes'], 'v2'),
        node('Identity', ['v2'], 'v3'),
        ...behind('MatMul', node('Transpose', ['v3'], 'w', { perm: ints(1, 0) })),
      ],
      constants: [
        { ...lowRank('v', [outs, ins], rng), dims: [outs, 4, ins / 4] },
        intTensor('sizes', [2], [outs, ins]),
      ],
    }),
    built('MatMul with its weight on the left', 'matmul', [2, ins, 7], {
      nodes: [node('MatMul', ['w', 'x'], 'y')],
      constants: [lowRank('w', [outs, ins], rng)],
    }),
    built('Gemm', 'gemm', [40, ins], {
      nodes: [node('Gemm', ['x', 'w', 'b'], 'y', { transB: int(1) })],
      constants: [lowRank('w', [outs, ins], rng), bias()],
    }),
    built('ConvTranspose', 'conv-transpose', image, {
      nodes: [
        node('ConvTranspose', ['x', 'w', 'b'], 'y', {
          strides: ints(2, 3),
          pads: ints(1, 0, 0, 2),
          output_padding: ints(1, 0),
          dilations: ints(1, 2),
        }),
      ],
      constants: [lowRank('w', [ins, outs, 3, 3], rng), bias()],
    }),
    built('ConvTranspose in groups', 'conv-transpose', image, {
      nodes: [node('ConvTranspose', ['x', 'w'], 'y', { strides: ints(2, 2), group: int(2) })],
      constants: [lowRank('w', [ins, outs / 2, 2, 2], rng)],
    }),
    built('Conv over one axis', 'conv', [2, ins, 30], {
      nodes: [node('Conv', ['x', 'w', 'b'], 'y', { strides: ints(2), pads: ints(2, 1), dilations: ints(2) })],
      constants: [lowRank('w', [outs, ins, 5], rng), bias()],
    }),
    built('Conv over three axes', 'conv', [1, ins, 5, 6, 7], {
      nodes: [node('Conv', ['x', 'w', 'b'], 'y', { strides: ints(1, 2, 1), pads: ints(1, 0, 2, 1, 1, 0) })],
      constants: [lowRank('w', [outs, ins, 3, 3, 2], rng), bias()],
    }),
    ...(opset < 12
      ? []
      : [
          built('Einsum', 'einsum', tokens, {
            channels: [2],
            nodes: [node('Einsum', ['x', 'w'], 'y', { equation: text('btc,cd->btd') })],
            constants: [lowRank('w', [ins, outs], rng)],
          }),
          built('Einsum into heads', 'einsum', tokens, {
            channels: [1, 3],
            nodes: [node('Einsum', ['w', 'x'], 'y', { equation: text('chd,btc->bhtd') })],
            constants: [{ ...lowRank('w', [ins, outs], rng), dims: [ins, 3, outs / 3] }],
          }),
          built('Einsum over columns', 'einsum', [2, ins, 7], {
            nodes: [node('Einsum', ['x', 'w'], 'y', { equation: text('bct,dc->bdt') })],
            constants: [lowRank('w', [outs, ins], rng)],
          }),
        ]),
  ];
}
