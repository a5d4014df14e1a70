/**
 * The same graph in float64, so that finite differences mean something. onnxruntime has no float64 kernel of convolutions,
 * of average pooling and of a few activations: each is written out in operators that have one, as its definition has it.
 */

import { type GradientBuilder, gradientBuilder } from '../../../src/autodiff/gradient/builder.ts';
import { type WindowAxis, windowOf } from '../../../src/autodiff/gradient/window.ts';
import { floatAttribute, intAttribute, intsAttribute } from '../../../src/onnx/attributes.ts';
import type { Graph, Model, Node, Shape, Tensor } from '../../../src/onnx/graph.ts';
import { inferShapes } from '../../../src/onnx/shapes.ts';
import { doubleTensor } from './values.ts';

interface Place {
  readonly build: GradientBuilder;
  readonly node: Node;
  readonly shape: (i: number) => readonly number[];
  readonly out: readonly number[];
  readonly constant: (dims: readonly number[], values: Float64Array) => string;
}

/** Replaces the nodes that have no float64 kernel; all sizes must be numbers. */
export function inFloat64(model: Model, measured?: ReadonlyMap<string, readonly number[]>): Model {
  const { graph } = model;
  const shapes: ReadonlyMap<string, Shape> = measured ?? inferShapes(graph, model.opsets);
  const initializers = new Map(graph.initializers);
  const nodes: Node[] = [];
  for (const [index, node] of graph.nodes.entries()) {
    const lower = lowerings[node.opType];
    if (!lower) {
      nodes.push(node);
      continue;
    }
    const build = gradientBuilder(graph);
    build.within(`float64/${index}`);
    const tensors: Tensor[] = [];
    const constant = (dims: readonly number[], values: Float64Array): string => {
      const tensor = doubleTensor(`float64/${index}/${tensors.length}`, dims, values);
      tensors.push(tensor);
      return tensor.name;
    };
    const sizes = (name: string): readonly number[] => (shapes.get(name) ?? []).map(Number);
    const result = lower({
      build,
      node,
      shape: i => sizes(node.inputs[i] ?? ''),
      out: sizes(node.outputs[0] ?? ''),
      constant,
    });
    for (const tensor of [...tensors, ...build.constants()]) initializers.set(tensor.name, tensor);
    nodes.push(...build.nodes());
    nodes.push({
      name: `float64/${index}`,
      opType: 'Identity',
      domain: '',
      inputs: [result],
      outputs: [node.outputs[0] ?? ''],
      attributes: new Map(),
    });
  }
  const lowered: Graph = { ...graph, nodes, initializers };
  return { ...model, graph: lowered };
}

type Lowering = (place: Place) => string;

const lowerings: Readonly<Record<string, Lowering>> = {
  Conv: at => convolution(at, false),
  ConvTranspose: at => convolution(at, true),
  AveragePool: averagePool,
  GlobalAveragePool: ({ build, node, shape }) =>
    build.add('ReduceMean', [
      node.inputs[0] ?? '',
      build.integers(
        shape(0)
          .map((_, i) => i)
          .slice(2),
      ),
    ]),
  LeakyRelu: ({
    build,
    node: {
      inputs: [x = ''],
    },
    node,
  }) =>
    build.add('Where', [
      build.add('Greater', [x, build.scalar(0, 'float64')]),
      x,
      build.add('Mul', [x, build.scalar(floatAttribute(node, 'alpha', 0.01), 'float64')]),
    ]),
  HardSigmoid: ({ build, node }) =>
    clipped(build, node.inputs[0] ?? '', floatAttribute(node, 'alpha', 0.2), floatAttribute(node, 'beta', 0.5)),
  HardSwish: ({
    build,
    node: {
      inputs: [x = ''],
    },
  }) => build.add('Mul', [x, clipped(build, x, 1 / 6, 0.5)]),
  Erf: ({ build, node }) => erf(build, node.inputs[0] ?? ''),
  Gelu: ({ build, node }) => gelu(build, node),
};

const clipped = (build: GradientBuilder, x: string, alpha: number, beta: number): string => {
  const number = (value: number): string => build.scalar(value, 'float64');
  const line = build.add('Add', [build.add('Mul', [x, number(alpha)]), number(beta)]);
  return build.add('Clip', [line, number(0), number(1)]);
};

/** 2 / sqrt(pi) sum of (-1)^n x^(2n + 1) / (n! (2n + 1)), by Horner's rule; exact to 1e-13 for |x| < 3. */
function erf(build: GradientBuilder, x: string): string {
  const number = (value: number): string => build.scalar(value, 'float64');
  const square = build.add('Mul', [x, x]);
  const coefficients: number[] = [];
  for (let n = 0, factorial = 1; n < 50; n++, factorial *= -n) coefficients.push(1 / (factorial * (2 * n + 1)));
  let sum = number(coefficients.at(-1) ?? 0);
  for (const coefficient of coefficients.slice(0, -1).reverse()) {
    sum = build.add('Add', [build.add('Mul', [sum, square]), number(coefficient)]);
  }
  return build.add('Mul', [build.add('Mul', [sum, x]), number(2 / Math.sqrt(Math.PI))]);
}

function gelu(build: GradientBuilder, node: Node): string {
  const x = node.inputs[0] ?? '';
  const times = (a: string, factor: number): string => build.add('Mul', [a, build.scalar(factor, 'float64')]);
  const cube = build.add('Mul', [x, build.add('Mul', [x, x])]);
  const approximate = node.attributes.get('approximate');
  const tanh = approximate?.kind === 'string' && approximate.value === 'tanh';
  const inner = tanh
    ? build.add('Tanh', [times(build.add('Add', [x, times(cube, 0.044715)]), Math.sqrt(2 / Math.PI))])
    : erf(build, times(x, Math.SQRT1_2));
  return times(build.add('Mul', [x, build.add('Add', [inner, build.scalar(1, 'float64')])]), 0.5);
}

/** s[o, i, k] = 1 where output place o reads input place i through tap k. */
function reads({ x, y, k, stride, dilation, before }: WindowAxis): Float64Array {
  const table = new Float64Array(y * x * k);
  for (let o = 0; o < y; o++) {
    for (let tap = 0; tap < k; tap++) {
      const i = o * stride + tap * dilation - before;
      if (i >= 0 && i < x) table[(o * x + i) * k + tap] = 1;
    }
  }
  return table;
}

const letters = ['xyz', 'opq', 'klj'] as const;

/** y[n, g, m, o] = sum over c, i, k of x[n, g, c, i] w[g, m, c, k] s[o, i, k], and the transpose of that. */
function convolution({ build, node, shape, out, constant }: Place, transposed: boolean): string {
  const [x, w] = [shape(0), shape(1)];
  const groups = intAttribute(node, 'group', 1);
  const rank = x.length - 2;
  // The transpose is described by the convolution that it transposes: from its output to its input.
  const [from, to] = transposed ? [out, x] : [x, out];
  const axes = windowOf(node, w.slice(2), from, to);
  const [ins, outs, taps] = [0, 1, 2].map(which => (letters[which] as string).slice(0, rank)) as [
    string,
    string,
    string,
  ];
  const tables = axes.map((axis, i) => ({
    name: constant([axis.y, axis.x, axis.k], reads(axis)),
    term: `${outs[i]}${ins[i]}${taps[i]}`,
  }));
  const group = (name: string, dims: readonly number[], axis: number): string => {
    const split = [...dims.slice(0, axis), groups, (dims[axis] ?? 0) / groups, ...dims.slice(axis + 1)];
    return build.add('Reshape', [name, build.integers(split)]);
  };
  const data = group(node.inputs[0] ?? '', x, 1);
  const weight = group(node.inputs[1] ?? '', w, 0);
  const equation = transposed
    ? `ngm${outs},gmc${taps},${tables.map(({ term }) => term).join(',')}->ngc${ins}`
    : `ngc${ins},gmc${taps},${tables.map(({ term }) => term).join(',')}->ngm${outs}`;
  const product = build.add('Einsum', [data, weight, ...tables.map(({ name }) => name)], { equation });
  const joined = build.add('Reshape', [product, build.integers(out)]);
  const bias = node.inputs[2];
  if (!bias) return joined;
  return build.add('Add', [joined, build.add('Unsqueeze', [bias, build.integers(axes.map((_, i) => i + 1))])]);
}

function averagePool({ build, node, shape, out, constant }: Place): string {
  const kernel = intsAttribute(node, 'kernel_shape') ?? [];
  const axes = windowOf(node, kernel, shape(0), out);
  const padded = intAttribute(node, 'count_include_pad', 0) !== 0;
  const tables = axes.map(axis => {
    const read = reads(axis);
    const shares = new Float64Array(axis.y * axis.x);
    for (let place = 0; place < shares.length; place++) {
      for (let tap = 0; tap < axis.k; tap++) shares[place] = (shares[place] ?? 0) + (read[place * axis.k + tap] ?? 0);
    }
    for (let o = 0; o < axis.y; o++) {
      let count = 0;
      for (let tap = 0; tap < axis.k; tap++) {
        const i = o * axis.stride + tap * axis.dilation - axis.before;
        if (padded ? i < axis.x + axis.after : i >= 0 && i < axis.x) count++;
      }
      for (let i = 0; i < axis.x; i++) shares[o * axis.x + i] = (shares[o * axis.x + i] ?? 0) / count;
    }
    return constant([axis.y, axis.x], shares);
  });
  const [ins, outs] = [letters[0].slice(0, axes.length), letters[1].slice(0, axes.length)];
  const terms = axes.map((_, i) => `${outs[i]}${ins[i]}`);
  return build.add('Einsum', [node.inputs[0] ?? '', ...tables], { equation: `nc${ins},${terms.join(',')}->nc${outs}` });
}
