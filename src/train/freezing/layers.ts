/** What freezing policies decide over: the layers of a network in the order of its graph. */
import { type FactorLayers, factorLayersOf } from '../../decompose/factor-layers.ts';
import type { Network } from '../network/prepare.ts';

/** A node that multiplies by a weight, with its bias, its norm and whatever else is trained before the next such node. */
export interface FreezeLayer {
  /** The name of the node. */
  readonly name: string;
  /** The weight that it multiplies by; null for what is trained before the first such node. */
  readonly factor: string | null;
  /** Every weight of the layer, `factor` too. */
  readonly weights: readonly string[];
  /** Where it stands in a factorised site. */
  readonly chain: { readonly site: string; readonly position: number; readonly length: number } | null;
}

export function freezeLayers({ weights, model }: Pick<Network, 'weights' | 'model'>): FreezeLayer[] {
  const chains = chainsByWeight(factorLayersOf(model.graph));
  const layers: (FreezeLayer & { readonly weights: string[] })[] = [];
  for (const { name, role, index, output } of weights) {
    const factor = role === 'weight' ? name : null;
    if (factor !== null || layers.length === 0) {
      const chain = (factor !== null && chains.get(factor)) || null;
      layers.push({ name: model.graph.nodes[index]?.name || output, factor, weights: [], chain });
    }
    layers.at(-1)?.weights.push(name);
  }
  return layers;
}

function chainsByWeight(found: readonly FactorLayers[]): Map<string, NonNullable<FreezeLayer['chain']>> {
  const chains = new Map<string, NonNullable<FreezeLayer['chain']>>();
  for (const { site, layers } of found) {
    for (const [position, node] of layers.entries())
      chains.set(node.inputs[1] ?? '', { site, position, length: layers.length });
  }
  return chains;
}
