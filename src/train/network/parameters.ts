/** What training changes in a network: its weights and the running statistics of its BatchNormalization nodes. */
import { isFloat } from '../../onnx/element-type.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { elementCount } from '../../onnx/tensor.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { type Constant, constantsOf } from '../../onnx/weights.ts';

/** What a weight does in the node that reads it; `other` are constants of elementwise nodes, such as position embeddings. */
export type Role = 'weight' | 'bias' | 'norm' | 'other';

export interface Parameter {
  /** The initialiser. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly role: Role;
  /** Where the first node that reads it stands in `graph.nodes`. */
  readonly index: number;
  /** The first output of that node. */
  readonly output: string;
}

export interface Statistic {
  readonly name: string;
  readonly dims: readonly number[];
  /** The first output of the BatchNormalization that reads it. */
  readonly output: string;
}

export interface Parameters {
  /** In the order of the graph, each initialiser once. */
  readonly weights: readonly Parameter[];
  readonly statistics: readonly Statistic[];
}

/** The role of each input of the operators that hold weights; undefined where an input is none. */
const roles: Readonly<Record<string, readonly (Role | undefined)[]>> = {
  Conv: [undefined, 'weight', 'bias'],
  Gemm: [undefined, 'weight', 'bias'],
  MatMul: ['weight', 'weight'],
  BatchNormalization: [undefined, 'norm', 'norm'],
  LayerNormalization: [undefined, 'norm', 'norm'],
  InstanceNormalization: [undefined, 'norm', 'norm'],
  GroupNormalization: [undefined, 'norm', 'norm'],
  PRelu: [undefined, 'other'],
};
const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div']);

/**
 * The weights are the floating-point constants that these operators read. Behind the first layer those of more than one
 * element that an elementwise node reads count too. Before it they normalise the image, and a single number is part of
 * a formula (the 1/6 of a hard swish, the scale of attention).
 */
export function parametersOf(graph: Graph): Parameters {
  const constant = constantsOf(graph);
  const weights = new Map<string, Parameter>();
  const statistics = new Map<string, Statistic>();
  const behind = new Set<string>();
  for (const [index, node] of graph.nodes.entries()) {
    if (standardDomain(node.domain) !== '') continue;
    const output = node.outputs[0] ?? node.name;
    const deep = node.inputs.some(name => behind.has(name));
    node.inputs.forEach((input, i) => {
      const found = weightAt(constant(input));
      if (!found) return;
      const { name, tensor } = found;
      const { dims } = tensor;
      if (node.opType === 'BatchNormalization' && i > 2) statistics.set(name, { name, dims, output });
      const role = roleOf(node, i) ?? (deep && elementwise.has(node.opType) && elementCount(dims) > 1 ? 'other' : null);
      if (!role) return;
      for (const each of node.outputs) behind.add(each);
      if (!weights.has(name)) weights.set(name, { name, dims, role, index, output });
    });
    if (deep) for (const each of node.outputs) behind.add(each);
  }
  return { weights: [...weights.values()], statistics: [...statistics.values()] };
}

const roleOf = ({ opType }: Node, i: number): Role | undefined =>
  Object.hasOwn(roles, opType) ? roles[opType]?.[i] : undefined;

const weightAt = (constant: Constant | null): Constant | null =>
  constant && isFloat(constant.tensor.elementType) && constant.tensor.dims.length > 0 ? constant : null;
