/** The sites of a model: the nodes whose weight may be factorised, and why the others may not. */
import { functionsOf } from '../onnx/functions.ts';
import type { Attribute, Graph, Model, Node } from '../onnx/graph.ts';
import { keepLive } from '../onnx/live.ts';
import { type LostSize, lossOf } from '../onnx/lost-size.ts';
import { type CountedOutputs, judgedOf, type Outputs } from '../onnx/outputs.ts';
import { inferValues } from '../onnx/shapes.ts';
import { standardDomain } from '../onnx/versions.ts';
import { isRefused, type Refused, type RejectedNode, refused, type Site, type Sites } from './site.ts';
import { convSite, convTransposeSite } from './sites/conv.ts';
import { type Draft, type GraphReading, graphReadingOf, type Shapes } from './sites/draft.ts';
import { einsumSite } from './sites/einsum.ts';
import { gemmSite, matMulSite } from './sites/matrix.ts';
import { payingMethods } from './sites/methods.ts';
import { hiddenLayer } from './sites/other-domains.ts';

type Reader = (reading: GraphReading, node: Node) => Draft | Refused;

const readers: ReadonlyMap<string, Reader> = new Map([
  ['Conv', convSite],
  ['ConvTranspose', convTransposeSite],
  ['Gemm', gemmSite],
  ['MatMul', matMulSite],
  ['Einsum', einsumSite],
]);

const quantised = refused('type', 'quantised layers are not factorised; give the model in float32 or float16');
const recurrent = refused(
  'recurrent',
  'recurrent layers are not factorised: their gates share one weight that is applied step by step; where it takes most of the time, train a layer with fewer units instead',
);
const neverSites: ReadonlyMap<string, Refused> = new Map([
  [
    'DeformConv',
    refused('operator', 'deformable convolutions are not factorised; the layers around them can still be made cheaper'),
  ],
  ['ConvInteger', quantised],
  ['MatMulInteger', quantised],
  ['QLinearConv', quantised],
  ['QLinearMatMul', quantised],
  ['LSTM', recurrent],
  ['GRU', recurrent],
  ['RNN', recurrent],
]);

/**
 * Every convolution and matrix product of the main graph is either a site or rejected with a reason, in the order of the graph.
 * Of other operators, those are rejected that hold weights: fused ones, functions of the model's own, and what If and Loop run.
 *
 * @param shapes the inferred shape of every value
 * @param loss where the size of a value was lost
 * @param counted the outputs that are judged; those that hold class scores by default, and all where none does
 */
export function findSites(
  model: Model,
  shapes: Shapes,
  loss: (value: string) => LostSize | null = lossIn(model),
  counted: CountedOutputs = 'heads',
): Sites {
  const { graph } = model;
  const names = nodeNames(graph.nodes);
  let lost = false;
  const reading = graphReadingOf(graph, shapes, value => {
    lost = true;
    return loss(value);
  });
  const sites: Site[] = [];
  const rejected: RejectedNode[] = [];
  const outputs = judgedOf(graph, shapes, counted);
  const idleNodes = unjudgedNodes(graph, outputs);
  const idle: string[] = [];
  const unsized: RejectedNode[] = [];
  const functions = functionsOf(model.source);
  for (const [index, node] of graph.nodes.entries()) {
    const name = names[index]!;
    lost = false;
    const able = judge(reading, node) ?? hiddenLayer(functions, reading, node);
    if (!able) continue;
    const found = isRefused(able) ? able : (idleNodes.get(node) ?? able);
    if (found !== able) idle.push(name);
    if (isRefused(found)) {
      const no = { node: name, opType: node.opType, ...found };
      rejected.push(no);
      if (lost) unsized.push(no);
    } else sites.push({ ...found, name, index });
  }
  return { sites: tied(sites, reading), rejected, outputs, idle, unsized };
}

/** Sites that read one weight in the same way are one: its factors are stored once, and its rank is one choice. */
function tied(sites: readonly Site[], { constant }: GraphReading): readonly Site[] {
  const groups = new Map<string, Site[]>();
  for (const site of sites) {
    const found = constant(site.weight);
    const way =
      found?.through.map(({ opType, attributes }) => [opType, ...[...attributes.values()].map(givenBy)]) ?? [];
    const { kind, weightLayout, weightOrder, weightDims, groups: parts, kernelShape, product } = site;
    const reads = [way, kind, weightLayout, weightOrder, weightDims, parts, kernelShape, product?.weightFirst];
    // What a transposed convolution makes of its input is not pooled over several: each stays by itself.
    const key = JSON.stringify([found?.name, reads, site.transposed ? site.index : null]);
    groups.set(key, [...(groups.get(key) ?? []), site]);
  }
  const first = new Map([...groups.values()].map(group => [group[0], group]));
  return sites.flatMap(site => {
    const [, ...others] = first.get(site) ?? [];
    if (!first.has(site)) return [];
    if (others.length === 0) return [site];
    const twins = others.map(({ methods: _, ...node }) => ({ ...node, sharesWith: site.name }));
    return [{ ...site, twins, macs: [site, ...others].reduce((sum, { macs }) => sum + macs, 0) }];
  });
}

const givenBy = (attribute: Attribute): unknown =>
  attribute.kind === 'other' || attribute.kind === 'tensor' ? null : attribute.value;

const lossIn =
  ({ graph, opsets }: Model) =>
  (value: string): LostSize | null =>
    lossOf(graph, inferValues(graph, opsets), value);

/** The nodes that no judged output depends on, each with why it is no site: what they lost would look free. None where no output can be judged. */
function unjudgedNodes({ nodes }: Graph, { judged, unjudged }: Outputs): ReadonlyMap<Node, Refused> {
  if (judged.length === 0) return new Map();
  const needed = new Set(keepLive(nodes, judged));
  const reasons = new Map<Node, Refused>();
  const leave = (node: Node, reason: string): void => void reasons.set(node, refused('unjudged', reason));
  for (const node of nodes) if (!needed.has(node)) leave(node, 'no output depends on it');
  for (const output of unjudged)
    for (const node of keepLive(nodes, [output]))
      if (!needed.has(node)) leave(node, `it feeds only the output "${output}", which is not judged`);
  return reasons;
}

/** The site that `node` is, why it is none, or null for a node without weights. */
function judge(reading: GraphReading, node: Node): Omit<Site, 'name' | 'index'> | Refused | null {
  if (standardDomain(node.domain) !== '') return null;
  const never = neverSites.get(node.opType);
  if (never) return never;
  const draft = readers.get(node.opType)?.(reading, node) ?? null;
  if (draft === null || isRefused(draft)) return draft;
  const methods = payingMethods(draft);
  return isRefused(methods) ? methods : { ...draft, methods };
}

/** One name per node: its own where it is the only one to have it, else its first output, which is unique in ONNX. */
export function nodeNames(nodes: readonly Node[]): string[] {
  const uses = new Map<string, number>();
  const count = (name: string): void => void uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of nodes) if (node.name !== '') count(node.name);
  const taken = new Set(uses.keys());
  return nodes.map(node => {
    if (uses.get(node.name) === 1) return node.name;
    let name = node.outputs.find(output => output !== '') ?? node.opType;
    while (taken.has(name)) name += "'";
    taken.add(name);
    return name;
  });
}
