/** Finds, in a candidate, the layers that stand in for one site, by the names that `factorLayerName` gives. */
import type { Graph, Node } from '../onnx/graph.ts';
import { type MethodName, methodNames } from './method.ts';
import { methodOf } from './methods/methods.ts';

export interface FactorLayers {
  /** The site's name in the dense model. */
  readonly site: string;
  readonly method: MethodName;
  /** In the order of the chain, as many as the method has. */
  readonly layers: readonly Node[];
}

const pattern = new RegExp(`^(.*)/(${methodNames.join('|')})_(\\d)(?:~\\d+)?$`);

/** Every chain of which all layers are there, each reading what the one before it yields. */
export function factorLayersOf(graph: Graph): FactorLayers[] {
  const found: FactorLayers[] = [];
  let chain: { readonly site: string; readonly method: MethodName; readonly layers: Node[] } | null = null;
  for (const node of graph.nodes) {
    const match = pattern.exec(node.name);
    if (!match) continue;
    const site = match[1] ?? '';
    const method = match[2] as MethodName;
    const i = Number(match[3]);
    const { factorCount } = methodOf(method);
    if (i >= factorCount) continue;
    if (i === 0) chain = { site, method, layers: [node] };
    else if (chain?.site === site && chain.method === method && follows(chain.layers, node, i)) chain.layers.push(node);
    else chain = null;
    if (chain && chain.layers.length === factorCount) found.push(chain);
  }
  return found;
}

const follows = (layers: readonly Node[], node: Node, i: number): boolean =>
  layers.length === i && layers.at(-1)?.outputs[0] === node.inputs[0];
