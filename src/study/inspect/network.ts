/** The layers of a network, as a search would treat them, with their shares of the work. */
import type { Site } from '../../decompose/site.ts';
import type { HardwareProfile } from '../../device/profile.ts';
import { modelCost, nodeCosts } from '../../onnx/cost.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import type { LayerGroup, NetworkView } from '../../report/inspection.ts';
import { type SortedSites, sortSites } from '../../space/propose.ts';
import { type ModelSites, modelBaseName } from '../build/plan.ts';

export function networkView(found: ModelSites, { inputShape, rankGranularity }: HardwareProfile): NetworkView {
  const { model, path } = found.loaded;
  const { macs, params } = modelCost(model, inputShape);
  const { initializers, inputs } = model.graph;
  const sorted = sortSites(found.sites, rankGranularity);
  return {
    model: modelBaseName(path),
    inputs: inputs
      .filter(({ name }) => !initializers.has(name))
      .map(({ name, shape }) => `${name}, ${(shape ?? ['?']).map(size => size ?? '?').join(' x ')}`),
    macs,
    params,
    searched: grouped(
      sorted.searched.map(({ site, method }) => ({ what: `${kindOf(site)} by ${method}`, macs: site.macs })),
      macs,
    ),
    leftOut: grouped([...keptOf(sorted), ...rejectedOf(found, inputShape)], macs),
  };
}

interface Part {
  readonly what: string;
  readonly macs: number;
}

const keptOf = ({ kept }: SortedSites): Part[] => kept.map(({ site, reason }) => ({ what: reason, macs: site.macs }));

function rejectedOf({ loaded: { model }, rejected }: ModelSites, inputShape: HardwareProfile['inputShape']): Part[] {
  const costs = nodeCosts(model, inferShapes(model.graph, model.opsets, inputShape));
  const outputs = new Map(model.graph.nodes.map(({ name, outputs: [first = ''] }) => [name, first]));
  return rejected.map(({ node, reason }) => ({
    what: reason,
    macs: (costs.get(outputs.get(node) ?? node) ?? costs.get(node))?.macs ?? 0,
  }));
}

/** The heaviest first. */
function grouped(parts: readonly Part[], total: number): LayerGroup[] {
  const groups = new Map<string, { layers: number; macs: number }>();
  for (const { what, macs } of parts) {
    const { layers, macs: before } = groups.get(what) ?? { layers: 0, macs: 0 };
    groups.set(what, { layers: layers + 1, macs: before + macs });
  }
  return [...groups]
    .map(([what, { layers, macs }]) => ({ what, layers, share: total > 0 ? macs / total : 0 }))
    .sort((a, b) => b.share - a.share);
}

const kindOf = ({ kind, kernelShape, product }: Site): string =>
  product ? 'matrix' : `${kernelShape.join('x')} ${kind === 'conv-transpose' ? 'transposed conv' : 'conv'}`;
