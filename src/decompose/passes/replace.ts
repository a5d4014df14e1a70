/** Replaces the node of a site by a chain of layers. */
import { freshNames, replaceNode } from '../../onnx/edit.ts';
import type { Graph, Model, Node, Tensor } from '../../onnx/graph.ts';
import { elementCount, floatTensor } from '../../onnx/tensor.ts';
import { newestOpset } from '../../onnx/versions.ts';
import { swapped, transposed } from '../block.ts';
import { type DenseNode, dataInput } from '../dense-node.ts';
import { factorLayerName } from './layer-name.ts';
import type { Layer } from './layers.ts';

/** From this opset on a Gemm need not have a bias. */
const gemmWithoutBias = 11;

/** The node that yields the site's output; it must still be the dense one. */
export function nodeOf(model: Model, site: DenseNode): Node | null {
  const node = model.graph.nodes.find(({ outputs }) => outputs[0] === site.output);
  return node?.inputs[site.weightInput] === site.weight ? node : null;
}

/**
 * The first layer reads what the node read, the last yields what it yielded, and any further input of the node (the bias)
 * goes to the last. The dense weight stays among the constants, since other nodes may use it.
 */
export function replaceByChain(model: Model, site: DenseNode, method: string, layers: readonly Layer[]): Model {
  const { graph } = model;
  const node = nodeOf(model, site);
  if (!node) throw new Error(`the model holds no node for site "${site.name}"`);
  const fresh = freshNames(graph);
  const constants: Tensor[] = [];
  const needsBias = (model.opsets.get('') ?? newestOpset) < gemmWithoutBias;
  let input = node.inputs[dataInput(site)]!;
  const chain = layers.map((layer, i): Node => {
    const last = i === layers.length - 1;
    const name = fresh(factorLayerName(site.name, method, i));
    const own = weightTensor(`${name}.weight`, site, layer, i);
    const shared = site.sharesWith && sameConstant(graph, own, factorLayerName(site.sharesWith, method, i));
    const weight = shared || { ...own, name: fresh(own.name) };
    if (!shared) constants.push(weight);
    const output = last ? site.output : fresh(`${name}_output`);
    const operands = site.product?.weightFirst ? [weight.name, input] : [input, weight.name];
    const further = last ? node.inputs.slice(2) : [];
    if (layer.opType === 'Gemm' && needsBias && !further[0]) {
      const nothing = floatTensor(fresh(`${name}.nothing`), [], Float32Array.of(0), site.elementType);
      constants.push(nothing);
      further[0] = nothing.name;
    }
    input = output;
    const { opType, attributes } = layer;
    return { name, opType, domain: node.domain, inputs: [...operands, ...further], outputs: [output], attributes };
  });
  return { ...model, graph: replaceNode(graph, node, chain, constants) };
}

/** The weight of that layer, whatever number its name has got, where it holds the same numbers. */
function sameConstant({ initializers }: Graph, wanted: Tensor, layer: string): Tensor | null {
  for (const [name, tensor] of initializers) if (name.startsWith(layer) && holdsSame(tensor, wanted)) return tensor;
  return null;
}

const holdsSame = (a: Tensor, b: Tensor): boolean =>
  a.elementType === b.elementType &&
  a.dims.length === b.dims.length &&
  a.dims.every((size, axis) => size === b.dims[axis]) &&
  a.bytes.length === b.bytes.length &&
  a.bytes.every((byte, at) => byte === b.bytes[at]);

function weightTensor(name: string, site: DenseNode, { opType, dims, data }: Layer, i: number): Tensor {
  const [rows, cols, ...kernel] = dims as [number, number, ...number[]];
  const { groups, product } = site;
  if (opType === 'ConvTranspose') {
    const shape = { groups, outPerGroup: cols, inPerGroup: rows / groups, kernel: [1, elementCount(kernel)] } as const;
    return floatTensor(name, [groups * cols, rows / groups, ...kernel], swapped(data, shape), site.elementType);
  }
  const outputsFirst = opType === 'Gemm' ? site.weightLayout === 'out-in' : !product || product.weightFirst;
  if (outputsFirst) return floatTensor(name, dims, data, site.elementType);
  const stored = !product?.equations ? [cols, rows] : i === 0 ? [...product.inAxes, rows] : [cols, ...product.outAxes];
  return floatTensor(name, stored, transposed(data, rows, cols), site.elementType);
}
