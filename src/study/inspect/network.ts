/** The layers of a network, as a search would treat them, with their shares of the work. */
import { nodesOf } from '../../decompose/dense-node.ts';
import type { Site } from '../../decompose/site.ts';
import type { NodeTimings } from '../../device/node-times.ts';
import type { HardwareProfile } from '../../device/profile.ts';
import { modelCost, nodeCosts } from '../../onnx/cost.ts';
import { inferShapes } from '../../onnx/shapes.ts';
import type { LayerGroup, NetworkView } from '../../report/inspection.ts';
import { type SortedSites, sortSites } from '../../space/propose.ts';
import { type ModelSites, modelBaseName } from '../build/plan.ts';

/** @param times of the dense model on the device; null where it was not timed */
export function networkView(
  found: ModelSites,
  { inputShape, rankGranularity }: HardwareProfile,
  times: NodeTimings | null = null,
): NetworkView {
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
      sorted.searched.map(({ site, method }) => partOf(site, `${kindOf(site)} by ${method}`)),
      macs,
      times,
    ),
    leftOut: grouped([...keptOf(sorted), ...rejectedOf(found, inputShape)], macs, times),
  };
}

interface Part {
  readonly what: string;
  readonly name: string;
  /** The first values that the nodes yield. */
  readonly outputs: readonly string[];
  readonly macs: number;
}

const partOf = (site: Site, what: string): Part => ({
  what,
  name: site.name,
  outputs: nodesOf(site).map(({ output }) => output),
  macs: site.macs,
});

const keptOf = ({ kept }: SortedSites): Part[] => kept.map(({ site, reason }) => partOf(site, reason));

function rejectedOf({ loaded: { model }, rejected }: ModelSites, inputShape: HardwareProfile['inputShape']): Part[] {
  const costs = nodeCosts(model, inferShapes(model.graph, model.opsets, inputShape));
  const outputs = new Map(model.graph.nodes.map(({ name, outputs: [first = ''] }) => [name, first]));
  return rejected.map(({ node, reason }) => ({
    what: reason,
    name: node,
    outputs: [outputs.get(node) ?? node],
    macs: (costs.get(outputs.get(node) ?? node) ?? costs.get(node))?.macs ?? 0,
  }));
}

/** The heaviest first. */
function grouped(parts: readonly Part[], total: number, times: NodeTimings | null): LayerGroup[] {
  const sum = (of: readonly Part[], by: (part: Part) => number): number => of.reduce((all, part) => all + by(part), 0);
  const msOf = new Map(times?.nodes.map(({ output, ms }) => [output, ms]));
  // What passes between the kernels belongs to no layer, and is longer the busier the machine is.
  const kernelsMs = times ? [...times.nodes, ...times.overhead].reduce((all, { ms }) => all + ms, 0) : 0;
  const timeOf = ({ outputs }: Part): number => outputs.reduce((all, output) => all + (msOf.get(output) ?? 0), 0);
  const groups = Map.groupBy(parts, ({ what }) => what);
  return [...groups]
    .map(([what, of]) => ({
      what,
      layers: of.length,
      share: total > 0 ? sum(of, ({ macs }) => macs) / total : 0,
      time: kernelsMs > 0 ? sum(of, timeOf) / kernelsMs : null,
      names: of.map(({ name }) => name),
    }))
    .sort((a, b) => b.share - a.share);
}

const kindOf = ({ kind, kernelShape, product }: Site): string =>
  product ? 'matrix' : `${kernelShape.join('x')} ${kind === 'conv-transpose' ? 'transposed conv' : 'conv'}`;
