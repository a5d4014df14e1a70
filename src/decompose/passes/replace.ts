/** Replaces the node of a site by a chain of layers. */
import { freshNames, replaceNode } from '../../onnx/edit.ts';
import type { Attribute, Model, Node, Tensor } from '../../onnx/graph.ts';
import { floatTensor } from '../../onnx/tensor.ts';
import { transposed } from '../block.ts';
import type { DenseNode } from '../dense-node.ts';
import { factorLayerName } from './layer-name.ts';

/** One node of the chain. Its weight is given as [out, in, ...] whatever the operator stores. */
export interface Layer {
  readonly dims: readonly number[];
  readonly data: Float32Array;
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** The node that yields the site's output; it must still be the dense one. */
export function nodeOf(model: Model, site: DenseNode): Node | null {
  const node = model.graph.nodes.find(({ outputs }) => outputs[0] === site.output);
  return node?.inputs[1] === site.weight ? node : null;
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
  const weights: Tensor[] = [];
  let input = node.inputs[0]!;
  const chain = layers.map((layer, i): Node => {
    const last = i === layers.length - 1;
    const name = fresh(factorLayerName(site.name, method, i));
    const weight = weightTensor(fresh(`${name}.weight`), site, layer);
    weights.push(weight);
    const output = last ? site.output : fresh(`${name}_output`);
    const inputs = [input, weight.name, ...(last ? node.inputs.slice(2) : [])];
    input = output;
    return { name, opType: node.opType, domain: node.domain, inputs, outputs: [output], attributes: layer.attributes };
  });
  return { ...model, graph: replaceNode(graph, node, chain, weights) };
}

function weightTensor(name: string, site: DenseNode, { dims, data }: Layer): Tensor {
  if (site.weightLayout === 'out-in') return floatTensor(name, dims, data, site.elementType);
  const [rows, cols] = dims as readonly [number, number];
  return floatTensor(name, [cols, rows], transposed(data, rows, cols), site.elementType);
}
