/** Every weight of a network: whether it belongs to a site, and if not, why; and how much of the work stays out of reach. */
import { nodesOf } from '../decompose/dense-node.ts';
import { nodeNames } from '../decompose/find-sites.ts';
import type { Refusal, Sites } from '../decompose/site.ts';
import { nodeCosts } from '../onnx/cost.ts';
import { isFloat } from '../onnx/element-type.ts';
import type { Model, Node, Shape } from '../onnx/graph.ts';
import { bodiesOf } from '../onnx/subgraph.ts';
import { elementCount } from '../onnx/tensor.ts';
import { constantsOf, passedThrough } from '../onnx/weights.ts';

/** What becomes of a weight: it is of a site, or of a node that is none for one of these reasons. */
export type WeightState =
  | 'site'
  | Refusal
  | 'vector' // one number per channel or fewer: a bias, a scale, a mean
  | 'table' // rows that are looked up: an embedding
  | 'elementwise'; // added or multiplied element by element, or read by an operator that multiplies no matrices

export interface WeightRecord {
  /** The constant as the model stores it. */
  readonly weight: string;
  readonly dims: readonly number[];
  /** The node that reads it, as sites are named; a weight that several read has a record for each. */
  readonly node: string;
  readonly opType: string;
  readonly state: WeightState;
  /** For people: completes "it is no site because ..."; null at a site. */
  readonly reason: string | null;
  /** Multiply-accumulates of the node for one input; 0 where they are not known, or none. */
  readonly macs: number;
}

const plain: Readonly<Record<'vector' | 'table' | 'elementwise', string>> = {
  vector: 'it holds one number per channel',
  table: 'its rows are looked up, which multiplies nothing',
  elementwise: 'its operator multiplies no matrices',
};

/**
 * One for every floating-point constant with at least one axis and every node that reads it, in the order of the graph.
 *
 * @param shapes the inferred shape of every value
 */
export function weightRecords(
  model: Model,
  shapes: ReadonlyMap<string, Shape>,
  { sites, rejected }: Pick<Sites, 'sites' | 'rejected'>,
): WeightRecord[] {
  const { nodes } = model.graph;
  const constant = constantsOf(model.graph);
  const costs = nodeCosts(model, shapes);
  const names = nodeNames(nodes);
  const weightOfSite = new Map(sites.flatMap(nodesOf).map(({ index, weight }) => [index, weight]));
  const refusedAt = new Map(rejected.map(each => [each.node, each]));
  return nodes.flatMap((node, index) => {
    if (isPassedThrough(node)) return [];
    const name = names[index] ?? '';
    const macs = costs.get(node.outputs.find(output => output !== '') ?? '')?.macs ?? 0;
    const reads = [...new Set([...node.inputs, ...bodiesOf(node).reads])];
    return reads.flatMap((value): WeightRecord[] => {
      const found = constant(value);
      const dims = found?.dims ?? found?.tensor.dims ?? [];
      if (!found || !isFloat(found.tensor.elementType) || dims.length === 0) return [];
      const record = { weight: found.name, dims, node: name, opType: node.opType, macs };
      if (weightOfSite.get(index) === value) return [{ ...record, state: 'site', reason: null }];
      const refusal = refusedAt.get(name);
      if (refusal && (!isVector(dims) || value === node.inputs[1]))
        return [{ ...record, state: refusal.why, reason: refusal.reason }];
      const state = isVector(dims) ? 'vector' : node.opType === 'Gather' ? 'table' : 'elementwise';
      return [{ ...record, state, reason: plain[state] }];
    });
  });
}

const isPassedThrough = ({ opType, domain }: Node): boolean =>
  domain === '' && (opType === 'Constant' || passedThrough.has(opType));

/** At most one axis is longer than 1. */
const isVector = (dims: readonly number[]): boolean => dims.filter(size => size !== 1).length <= 1;

/** All nodes of one kind together. */
export interface ReachPart {
  /** `none` are nodes without multiply-accumulates or weights, in the way of time only. */
  readonly state: WeightState | 'none';
  readonly nodes: number;
  /** Numbers of the weights that the nodes read, each constant counted once. */
  readonly elements: number;
  readonly macs: number;
  /** From 0 to 1, of the whole network. */
  readonly macsShare: number;
  /** Of the measured time, where times are given. */
  readonly timeShare: number | null;
}

export interface Reach {
  readonly macs: number;
  /** Those of sites, as a share; null where sizes are not known, so that the rest cannot be counted. */
  readonly withinReach: number | null;
  readonly timeWithinReach: number | null;
  /** Sites first, then what holds most of the multiply-accumulates. */
  readonly parts: readonly ReachPart[];
}

/**
 * How much of the network its sites are, and what the rest is.
 *
 * @param times milliseconds by the name of a node's first output, where they were measured
 */
export function reachOf(
  model: Model,
  shapes: ReadonlyMap<string, Shape>,
  found: Pick<Sites, 'sites' | 'rejected' | 'unsized'>,
  times: ReadonlyMap<string, number> | null = null,
  records: readonly WeightRecord[] = weightRecords(model, shapes, found),
): Reach {
  const costs = nodeCosts(model, shapes);
  const names = nodeNames(model.graph.nodes);
  const byNode = new Map<string, WeightRecord[]>();
  for (const record of records) byNode.set(record.node, [...(byNode.get(record.node) ?? []), record]);
  const refusedAt = new Map(found.rejected.map(({ node, why }) => [node, why]));
  const siteAt = new Set(found.sites.flatMap(nodesOf).map(({ index }) => index));
  const parts = new Map<
    ReachPart['state'],
    { nodes: number; elements: Map<string, number>; macs: number; ms: number }
  >();
  for (const [index, node] of model.graph.nodes.entries()) {
    const name = names[index] ?? '';
    const output = node.outputs.find(each => each !== '') ?? '';
    const own = byNode.get(name) ?? [];
    const state = siteAt.has(index) ? 'site' : (refusedAt.get(name) ?? own[0]?.state ?? 'none');
    const part = parts.get(state) ?? { nodes: 0, elements: new Map<string, number>(), macs: 0, ms: 0 };
    part.nodes += 1;
    part.macs += costs.get(output)?.macs ?? 0;
    part.ms += times?.get(output) ?? 0;
    for (const { weight, dims } of own) part.elements.set(weight, elementCount(dims));
    parts.set(state, part);
  }
  const total = (of: (part: { macs: number; ms: number }) => number): number =>
    [...parts.values()].reduce((sum, part) => sum + of(part), 0);
  const [macs, ms] = [total(part => part.macs), total(part => part.ms)];
  const share = (value: number, of: number): number => (of > 0 ? value / of : 0);
  const listed = [...parts].map(
    ([state, part]): ReachPart => ({
      state,
      nodes: part.nodes,
      elements: [...part.elements.values()].reduce((sum, count) => sum + count, 0),
      macs: part.macs,
      macsShare: share(part.macs, macs),
      timeShare: times ? share(part.ms, ms) : null,
    }),
  );
  listed.sort(
    (a, b) => Number(b.state === 'site') - Number(a.state === 'site') || b.macs - a.macs || b.nodes - a.nodes,
  );
  const sites = listed.find(({ state }) => state === 'site');
  return {
    macs,
    withinReach: found.unsized.length > 0 ? null : (sites?.macsShare ?? 0),
    timeWithinReach: times ? (sites?.timeShare ?? 0) : null,
    parts: listed,
  };
}
