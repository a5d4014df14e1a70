/** What a network costs on paper: multiply-accumulate operations (MACs) and parameters, by node and in all. */
import { isFloat } from './element-type.ts';
import type { Attribute, Dimension, Graph, Model, Node, Shape, Tensor } from './graph.ts';
import { dimensionValue, productOfAll } from './shapes/dimension.ts';
import { inferShapes, nameOfSize } from './shapes.ts';
import type { Operator } from './subgraph.ts';
import { elementCount } from './tensor.ts';
import { standardDomain } from './versions.ts';
import { type Constant, constantsOf } from './weights.ts';

export interface NodeCost {
  /** For one input: a dynamic batch counts as 1. 0 for operators that do not multiply matrices. */
  readonly macs: number;
  /** Elements of its floating-point constants; those of a shared one count at every node that reads it. */
  readonly params: number;
}

export interface ModelCost {
  readonly macs: number;
  /** Elements of all floating-point constants that a node reads, each counted once. */
  readonly params: number;
  /** First outputs of the nodes that multiply matrices of sizes that could not be inferred, and count as 0. */
  readonly unknown: readonly string[];
}

/** The cost of each node by the name of its first output. `shapes` as `inferShapes` gives them. */
export function nodeCosts(model: Model, shapes: ReadonlyMap<string, Shape>): ReadonlyMap<string, NodeCost> {
  const constant = constantsOf(model.graph);
  const batch = batchSizes(model.graph);
  const costs = new Map<string, NodeCost>();
  for (const node of model.graph.nodes) {
    const tensors = new Set(parametersOf(node, constant));
    const params = [...tensors].reduce((sum, { dims }) => sum + elementCount(dims), 0);
    const first = node.outputs.find(name => name !== '');
    if (first !== undefined) costs.set(first, { macs: macsOf(node, shapes, batch) ?? 0, params });
  }
  return costs;
}

/** @param freeDimensions sizes of dynamic dimensions by name; the first axis of each input counts as 1 without one */
export function modelCost(model: Model, freeDimensions: Readonly<Record<string, number>> = {}): ModelCost {
  const { graph, opsets } = model;
  const shapes = inferShapes(graph, opsets, freeDimensions);
  const batch = batchSizes(graph);
  const constant = constantsOf(graph);
  const counted = new Set<object>();
  const unknown: string[] = [];
  let macs = 0;
  let params = 0;
  for (const node of graph.nodes) {
    const own = macsOf(node, shapes, batch);
    if (own === null) unknown.push(node.outputs[0] ?? node.name);
    macs += own ?? 0;
    for (const tensor of parametersOf(node, constant)) {
      if (!counted.has(tensor)) params += elementCount(tensor.dims);
      counted.add(tensor);
    }
  }
  return { macs, params, unknown };
}

/**
 * What training would change: floating-point constants with at least one axis. The running mean and variance of a
 * BatchNormalization are statistics, and bounds and factors are scalars.
 */
function parametersOf(node: Node, constant: (name: string) => Constant | null): readonly Tensor[] {
  const inputs = node.opType === 'BatchNormalization' ? node.inputs.slice(0, 3) : node.inputs;
  return inputs.flatMap(name => {
    const tensor = constant(name)?.tensor;
    return tensor && isFloat(tensor.elementType) && tensor.dims.length > 0 ? [tensor] : [];
  });
}

/** A dynamic batch counts as 1: the first axis of each input by its name, or as `inferShapes` calls an unnamed one; null for any other size. */
export function batchSizes(graph: Graph): (symbol: string) => number | null {
  const names = new Set(graph.inputs.map(({ name, shape }) => nameOfSize(name, 0, shape?.[0] ?? null)));
  return symbol => (names.has(symbol) ? 1 : null);
}

/** Operators of onnxruntime's own that multiply as one of the standard does. */
const fused: Readonly<Record<string, string>> = {
  FusedConv: 'Conv',
  FusedGemm: 'Gemm',
  FusedMatMul: 'MatMul',
  TransposeMatMul: 'MatMul',
  FusedMatMulActivation: 'MatMul',
  GemmFastGelu: 'MatMul',
};

/** Whether the work of an operator is counted at all, were its sizes known. */
export const isCounted = ({ opType, domain }: Operator): boolean =>
  standardDomain(domain) === '' || (domain === 'com.microsoft' && Object.hasOwn(fused, opType));

/** MACs of one node for batch 1; null where a size is not known, 0 for operators that multiply no matrices. */
function macsOf(
  { opType, domain, inputs, outputs, attributes }: Node,
  shapes: ReadonlyMap<string, Shape>,
  batch: (symbol: string) => number | null,
): number | null {
  const operator = standardDomain(domain) === '' ? opType : domain === 'com.microsoft' ? fused[opType] : undefined;
  const shape = (name: string | undefined): Shape | null => shapes.get(name ?? '') ?? null;
  const [x, w, y] = [shape(inputs[0]), shape(inputs[1]), shape(outputs[0])];
  const count = (sizes: Shape): number | null => dimensionValue(productOfAll(sizes), batch);
  switch (operator) {
    case 'Conv': // each output element sums over in / groups x k...
      return y && w && count([...y, ...w.slice(1)]);
    case 'ConvTranspose': // each input element is spread over out / groups x k...
      return x && w && count([...x, ...w.slice(1)]);
    case 'Gemm': {
      const transposed = attributes.get('transA');
      const inner = transposed?.kind === 'int' && transposed.value !== 0 ? x?.[0] : x?.[1];
      return y && inner !== undefined ? count([...y, inner]) : null;
    }
    case 'MatMul': {
      const turned = attributes.get('transA');
      const inner = x?.at(turned?.kind === 'int' && turned.value !== 0 ? -2 : -1);
      return y && inner !== undefined ? count([...y, inner]) : null;
    }
    case 'Einsum': {
      const sizes = einsumSizes(
        attributes.get('equation'),
        inputs.map(name => shape(name)),
      );
      return sizes && count(sizes);
    }
    default:
      return 0;
  }
}

/** Every letter of the equation counts once: each combination of their values is one multiplication. Null for an ellipsis, or an unknown rank. */
function einsumSizes(equation: Attribute | undefined, shapes: readonly (Shape | null)[]): Shape | null {
  const terms = equation?.kind === 'string' ? (equation.value.replaceAll(' ', '').split('->')[0] ?? '').split(',') : [];
  const sizes = new Map<string, Dimension>();
  for (const [i, term] of terms.entries()) {
    if (shapes[i]?.length !== term.length) return null;
    for (const [axis, letter] of [...term].entries()) sizes.set(letter, sizes.get(letter) ?? shapes[i]![axis]!);
  }
  return terms.length > 1 ? [...sizes.values()] : [0];
}
