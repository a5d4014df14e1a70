/** Finds, in a candidate, the layers that stand in for one site: their names are the ones that `replaceByChain` gives. */
import type { Graph, Node } from '../onnx/graph.ts';
import { type FactorMethod, factorMethods } from './method.ts';

export interface FactorLayers {
  /** The site's name in the dense model. */
  readonly site: string;
  readonly method: FactorMethod;
  /** In the order of the chain: two, or three for `tucker2`. */
  readonly layers: readonly Node[];
}

/** What layer `i` of a chain is called; its weight has `.weight` behind it. */
export const factorLayerName = (site: string, method: FactorMethod, i: number): string => `${site}/${method}_${i}`;

const pattern = new RegExp(`^(.*)/(${factorMethods.join('|')})_([012])(?:~\\d+)?$`);

/** Every chain of which all layers are there, each reading what the one before it yields. */
export function factorLayersOf(graph: Graph): FactorLayers[] {
  const found: FactorLayers[] = [];
  let chain: { readonly site: string; readonly method: FactorMethod; readonly layers: Node[] } | null = null;
  for (const node of graph.nodes) {
    const match = pattern.exec(node.name);
    if (!match) continue;
    const site = match[1] ?? '';
    const method = match[2] as FactorMethod;
    const i = Number(match[3]);
    if (i === 0) chain = { site, method, layers: [node] };
    else if (chain?.site === site && chain.method === method && follows(chain.layers, node, i)) chain.layers.push(node);
    else chain = null;
    if (chain && chain.layers.length === (method === 'tucker2' ? 3 : 2)) found.push(chain);
  }
  return found;
}

const follows = (layers: readonly Node[], node: Node, i: number): boolean =>
  layers.length === i && layers.at(-1)?.outputs[0] === node.inputs[0];
