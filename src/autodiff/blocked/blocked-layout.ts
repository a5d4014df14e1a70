/** Brings the convolutions of a step's graph, and what lies between them, into the blocked layout of a CPU. */
import type { Graph, Model, Node } from '../../onnx/graph.ts';
import { keepLive } from '../../onnx/live.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { elementTypes } from '../gradient/element-types.ts';
import { batchNormalization } from './batch-normalization.ts';
import { convolution } from './convolution.ts';
import { elementwise, product } from './elementwise.ts';
import { fuseIntoConvolutions } from './fuse.ts';
import { blockedDomain } from './layout.ts';
import { pad } from './pad.ts';
import { reduceSum } from './reduce-sum.ts';
import { type BlockedRule, rewritingOf } from './rule.ts';

const rules: Readonly<Record<string, BlockedRule>> = {
  Conv: convolution,
  BatchNormalization: batchNormalization,
  ReduceSum: reduceSum,
  Pad: pad,
  Mul: product,
  ...Object.fromEntries(
    'Relu HardSigmoid Sign Add Sub Div Sum Neg LeakyRelu Sigmoid Tanh HardSwish Identity'
      .split(' ')
      .map(opType => [opType, elementwise]),
  ),
};

/**
 * An exact pass up to rounding: the same graph with the same inputs and outputs. Values stay in the blocked layout from one
 * convolution to the next through norms, sums and elementwise operators, and are reordered where another operator reads them. What has constant
 * weights from the images on, as a frozen prefix or a teacher, is left as it is: the runtime brings it into this layout itself, with
 * its norms and activations folded.
 * @param block channels in a vector, as `blockSize` finds it
 */
export function blockedLayout(model: Model, block: number): Model {
  const { graph } = model;
  const types = elementTypes(graph);
  const at = rewritingOf(model, block);
  const { to } = at;
  const constant = behindConstantWeights(graph);
  for (const node of graph.nodes) {
    const standard = standardDomain(node.domain) === '' && types.get(node.outputs[0] ?? '') === 'float32';
    const rule = standard && !constant(node) ? rules[node.opType] : undefined;
    if (!rule?.(at, node)) to.keep(node);
  }
  const outputs = graph.outputs.map(({ name }) => to.plain(name));
  const blockedValues = to.blockedValues();
  const live = keepLive(to.nodes(), outputs);
  const nodes = fuseIntoConvolutions(live, name => blockedValues.has(name), outputs);
  const initializers = new Map(graph.initializers);
  for (const tensor of to.constants()) initializers.set(tensor.name, tensor);
  const opsets = new Map(model.opsets).set(blockedDomain, 1);
  return { ...model, opsets, graph: { ...graph, nodes, initializers, valueInfo: new Map() } };
}

/**
 * Whether a node's outputs follow from the inputs of the graph through constant weights alone. A weight that is an input of the graph
 * ends it: nothing behind it is constant from one step to the next.
 */
function behindConstantWeights({ nodes, inputs, initializers }: Graph): (node: Node) => boolean {
  const known = new Set([...inputs.map(({ name }) => name), ...initializers.keys(), '']);
  const found = new Set<Node>();
  for (const node of nodes) {
    const weights = node.opType === 'Conv' || node.opType === 'BatchNormalization' ? node.inputs.slice(1) : [];
    if (!node.inputs.every(name => known.has(name)) || !weights.every(name => name === '' || initializers.has(name)))
      continue;
    found.add(node);
    for (const name of node.outputs) known.add(name);
  }
  return node => found.has(node);
}
