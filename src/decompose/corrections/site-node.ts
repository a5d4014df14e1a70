/** The node that yields a site's output, dense or the last of its factors, and what can be written into it. */
import { floatAttribute, intAttribute } from '../../onnx/attributes.ts';
import type { Graph, Model, Node, Tensor } from '../../onnx/graph.ts';
import { floatsOf } from '../../onnx/tensor.ts';
import { swapped, transposed } from '../block.ts';
import { asPair } from '../geometry.ts';
import type { Site } from '../site.ts';

/** Null in a model that no longer has the site. */
export const lastNode = ({ graph }: Model, { output }: Site): Node | null =>
  graph.nodes.find(({ outputs }) => outputs[0] === output) ?? null;

/** Which input of a convolution or matrix product is a weight that is stored as it is read; null where neither is. */
export function weightInputOf({ initializers }: Graph, { inputs }: Node): 0 | 1 | null {
  if (initializers.has(inputs[1] ?? '')) return 1;
  return initializers.has(inputs[0] ?? '') ? 0 : null;
}

/** The stored weight of a correctable node. */
export const weightOf = (graph: Graph, node: Node): Tensor =>
  graph.initializers.get(node.inputs[weightInputOf(graph, node) ?? 1] ?? '')!;

/** How the weight of a node is stored, whichever layer of a site it is. */
export function layoutOf(graph: Graph, node: Node): 'out-in' | 'in-out' {
  if (node.opType === 'Conv') return 'out-in';
  if (node.opType === 'Gemm') return intAttribute(node, 'transB', 0) === 0 ? 'in-out' : 'out-in';
  return node.opType === 'MatMul' && weightInputOf(graph, node) === 0 ? 'out-in' : 'in-out';
}

/** Why scale and shift cannot be written into the node of `site`, or null when they can. */
export function uncorrectable(model: Model, site: Site): string | null {
  const node = lastNode(model, site);
  if (!node) return `no node yields "${site.output}"`;
  if (site.twins) return `the weight of "${node.name}" is shared by ${site.twins.length + 1} layers`;
  if (weightInputOf(model.graph, node) === null) return `the weight of "${node.name}" is not stored as it is read`;
  const bias = node.inputs[2] ?? '';
  if (bias !== '' && constantBias(model.graph, bias, site.outChannels) === null) {
    return `the bias of "${node.name}" is no constant of ${site.outChannels} numbers`;
  }
  return null;
}

/** The bias at `name`, one number per channel; null where it is computed at run time or has rows of its own. */
export function constantBias(graph: Graph, name: string, channels: number): Float32Array | null {
  const tensor = graph.initializers.get(name);
  if (!tensor || !isFloatTensor(tensor)) return null;
  const stored = floatsOf(tensor);
  if (stored.length === channels) return stored;
  return stored.length === 1 ? new Float32Array(channels).fill(stored[0]!) : null;
}

const isFloatTensor = ({ elementType }: Tensor): boolean => elementType === 'float32' || elementType === 'float16';

/** By what a node multiplies its bias. */
export const betaOf = (node: Node): number => (node.opType === 'Gemm' ? floatAttribute(node, 'beta', 1) : 1);

/** What the node of a correctable site adds to each output channel. */
export function addedBy(model: Model, site: Site): Float32Array {
  const node = lastNode(model, site);
  const bias = node?.inputs[2] ? constantBias(model.graph, node.inputs[2], site.outChannels) : null;
  const beta = node ? betaOf(node) : 1;
  return bias && beta !== 0 ? bias.map(each => beta * each) : new Float32Array(site.outChannels);
}

/** The weight of the node of a correctable site, [outputs, entries per group], whatever the operator stores. */
export function lastWeight(model: Model, site: Site): Float32Array {
  const node = lastNode(model, site)!;
  const tensor = weightOf(model.graph, node);
  const stored = floatsOf(tensor);
  if (layoutOf(model.graph, node) === 'out-in') return stored;
  if (site.product) return transposed(stored, stored.length / site.outChannels, site.outChannels);
  const { groups } = site;
  const [ins = 0, outPerGroup = 0, ...kernel] = tensor.dims;
  return swapped(stored, { groups, outPerGroup, inPerGroup: ins / groups, kernel: asPair(kernel) });
}
