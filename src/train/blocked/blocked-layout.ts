/** Brings the convolutions of a step's graph, and what lies between them, into the blocked layout of a CPU. */
import { producersOf } from '../../onnx/edit.ts';
import type { Graph, Model, Node, Shape } from '../../onnx/graph.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { elementTypes } from '../gradient/element-types.ts';
import { keepLive } from '../gradient/live.ts';
import { blockedConvolution, blockedConvShapes, swapsBatchAndChannels } from './convolution.ts';
import { blockedDomain, type LayoutBuilder, layoutBuilder } from './layout.ts';

/** Operators that do the same to every element, whatever the layout. */
const elementwise = new Set(
  'Relu HardSigmoid Sign Add Sub Mul Div Sum Neg LeakyRelu Sigmoid Tanh HardSwish Identity'.split(' '),
);

/**
 * An exact pass up to rounding: the same graph with the same inputs and outputs. Values stay in the blocked layout from one
 * convolution to the next through elementwise operators, and are reordered where another operator reads them. What has constant
 * weights from the images on, as a frozen prefix or a teacher, is left as it is: the runtime brings it into this layout itself, with
 * its norms and activations folded.
 * @param block channels in a vector, as `blockSize` finds it
 */
export function blockedLayout(model: Model, block: number): Model {
  const { graph } = model;
  const shapes = inferShapes(graph, model.opsets);
  const types = elementTypes(graph);
  const producers = producersOf(graph);
  const shape = (name: string): Shape | null => shapes.get(name) ?? null;
  const to = layoutBuilder(graph, block);
  const constant = behindConstantWeights(graph);
  for (const node of graph.nodes) {
    if (constant(node)) {
      to.keep(node);
      continue;
    }
    const standard = standardDomain(node.domain) === '' && types.get(node.outputs[0] ?? '') === 'float32';
    if (standard && node.opType === 'Conv') {
      const found = blockedConvShapes(node, block, shape);
      if (found) {
        const filter = producers.get(node.inputs[1] ?? '');
        blockedConvolution(to, node, found, swapsBatchAndChannels(filter) ? (filter.inputs[0] ?? null) : null);
        continue;
      }
    }
    if (!(standard && elementwise.has(node.opType) && throughElements(to, node, shape))) to.keep(node);
  }
  for (const { name } of graph.outputs) to.plain(name);
  const nodes = keepLive(
    to.nodes(),
    graph.outputs.map(({ name }) => name),
  );
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

/** Appends an elementwise node to blocked values, where all are of one shape or single numbers and one is blocked already. */
function throughElements(to: LayoutBuilder, node: Node, shape: (name: string) => Shape | null): boolean {
  const [output = ''] = node.outputs;
  const whole = shape(output);
  const channels = whole?.[1];
  if (whole?.length !== 4 || typeof channels !== 'number' || channels % to.block !== 0) return false;
  const same = (name: string): boolean => String(shape(name)) === String(whole);
  const single = (name: string): boolean => shape(name)?.length === 0;
  if (!node.inputs.every(name => same(name) || single(name)) || !node.inputs.some(to.isBlocked)) return false;
  const inputs = node.inputs.map(name => (same(name) ? to.blocked(name) : to.plain(name)));
  const value = `${output}/blocked`;
  to.keep({ ...node, inputs, outputs: [value] });
  to.define(output, value, channels);
  return true;
}
