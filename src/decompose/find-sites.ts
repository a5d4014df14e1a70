/** The sites of a model: the nodes whose weight may be factorised, and why the others may not. */
import { functionsOf } from '../onnx/functions.ts';
import type { Graph, Model, Node } from '../onnx/graph.ts';
import { keepLive } from '../onnx/live.ts';
import { type LostSize, lossOf } from '../onnx/lost-size.ts';
import { type CountedOutputs, judgedOf, type Outputs } from '../onnx/outputs.ts';
import { inferValues } from '../onnx/shapes.ts';
import { standardDomain } from '../onnx/versions.ts';
import type { RejectedNode, Site, Sites } from './site.ts';
import { convSite } from './sites/conv.ts';
import { type Draft, type GraphReading, graphReadingOf, type Shapes } from './sites/draft.ts';
import { gemmSite, matMulSite } from './sites/matrix.ts';
import { payingMethods } from './sites/methods.ts';
import { hiddenLayer } from './sites/other-domains.ts';

type Reader = (reading: GraphReading, node: Node) => Draft | string;

const readers: ReadonlyMap<string, Reader> = new Map([
  ['Conv', convSite],
  ['Gemm', gemmSite],
  ['MatMul', matMulSite],
]);

const neverSites: ReadonlyMap<string, string> = new Map([
  ['ConvTranspose', 'transposed convolutions are not factorised'],
  ['DeformConv', 'deformable convolutions are not factorised'],
  ['ConvInteger', 'quantised layers are not factorised'],
  ['MatMulInteger', 'quantised layers are not factorised'],
  ['QLinearConv', 'quantised layers are not factorised'],
  ['QLinearMatMul', 'quantised layers are not factorised'],
  ['Einsum', 'Einsum is not factorised; write it as MatMul'],
  ['LSTM', 'recurrent layers are not factorised'],
  ['GRU', 'recurrent layers are not factorised'],
  ['RNN', 'recurrent layers are not factorised'],
]);

/**
 * Every Conv, Gemm and MatMul of the main graph is either a site or rejected with a reason, in the order of the graph.
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
  const names = siteNames(graph.nodes);
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
    const found = able && typeof able !== 'string' ? (idleNodes.get(node) ?? able) : able;
    if (found !== able) idle.push(name);
    if (typeof found === 'string') {
      const refused = { node: name, opType: node.opType, reason: found };
      rejected.push(refused);
      if (lost) unsized.push(refused);
    }
    if (found && typeof found !== 'string') sites.push({ ...found, name, index });
  }
  return { sites, rejected, outputs, idle, unsized };
}

const lossIn =
  ({ graph, opsets }: Model) =>
  (value: string): LostSize | null =>
    lossOf(graph, inferValues(graph, opsets), value);

/** The nodes that no judged output depends on, each with why it is no site: what they lost would look free. None where no output can be judged. */
function unjudgedNodes({ nodes }: Graph, { judged, unjudged }: Outputs): ReadonlyMap<Node, string> {
  if (judged.length === 0) return new Map();
  const needed = new Set(keepLive(nodes, judged));
  const reasons = new Map<Node, string>();
  for (const node of nodes) if (!needed.has(node)) reasons.set(node, 'no output depends on it');
  for (const output of unjudged)
    for (const node of keepLive(nodes, [output]))
      if (!needed.has(node)) reasons.set(node, `it feeds only the output "${output}", which is not judged`);
  return reasons;
}

/** The site that `node` is, why it is none, or null for a node without weights. */
function judge(reading: GraphReading, node: Node): Omit<Site, 'name' | 'index'> | string | null {
  if (standardDomain(node.domain) !== '') return null;
  const never = neverSites.get(node.opType);
  if (never) return never;
  const draft = readers.get(node.opType)?.(reading, node) ?? null;
  if (draft === null || typeof draft === 'string') return draft;
  const methods = payingMethods(draft);
  return typeof methods === 'string' ? methods : { ...draft, methods };
}

/** One name per node: its own where it is the only one to have it, else its first output, which is unique in ONNX. */
function siteNames(nodes: readonly Node[]): string[] {
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
