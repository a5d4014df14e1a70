/**
 * A candidate and the dense model as one graph on the same input, and its parts from one site to the next: what a sequential pass over sites
 * runs. Nodes that no factorised site comes before are there once.
 */
import { producersOf } from '../../onnx/edit.ts';
import type { Graph, Model, Node } from '../../onnx/graph.ts';
import { bodiesOf } from '../../onnx/subgraph.ts';
import { nodesOf } from '../dense-node.ts';
import type { Site } from '../site.ts';
import { lastNode, weightInputOf } from './site-node.ts';

export interface SideBySide {
  readonly graph: Graph;
  /** The name of a value of the dense model in `graph`. */
  readonly dense: (name: string) => string;
}

/** Null where a node that would have to be there twice has a body of its own (If, Loop, Scan). */
export function sideBySide(dense: Model, candidate: Model, sites: readonly Site[]): SideBySide | null {
  const moved = new Set(sites.flatMap(nodesOf).map(({ output }) => output));
  for (const { inputs, outputs } of dense.graph.nodes) {
    if (inputs.some(name => moved.has(name))) for (const output of outputs) moved.add(output);
  }
  moved.delete('');
  const renamed = (name: string): string => (moved.has(name) ? `dense/${name}` : name);
  const made = producersOf(candidate.graph);
  const nodes: Node[] = [...candidate.graph.nodes];
  for (const node of dense.graph.nodes) {
    const isMoved = node.outputs.some(name => moved.has(name));
    if (!isMoved && node.outputs.some(name => made.has(name))) continue;
    if (isMoved && bodiesOf(node).operators.length > 0) return null;
    nodes.push(
      isMoved
        ? { ...node, name: `dense/${node.name}`, inputs: node.inputs.map(renamed), outputs: node.outputs.map(renamed) }
        : node,
    );
  }
  const initializers = new Map([...dense.graph.initializers, ...candidate.graph.initializers]);
  return { graph: { ...candidate.graph, nodes, initializers, valueInfo: new Map() }, dense: renamed };
}

/** What the last factor of a site reads, and the name of the dense site's output. */
export interface SiteTargets {
  readonly site: Site;
  readonly last: Node;
  readonly input: string;
  readonly target: string;
}

export function targetsOf(candidate: Model, { dense }: SideBySide, site: Site): SiteTargets {
  const last = lastNode(candidate, site);
  if (!last) throw new Error(`the candidate holds no node for site "${site.name}"`);
  const input = last.inputs[weightInputOf(candidate.graph, last) === 0 ? 1 : 0]!;
  return { site, last, input, target: dense(site.output) };
}

export interface Segment {
  /** In topological order. */
  readonly nodes: readonly Node[];
  /** Values of earlier stages, or inputs of the graph, that the stage or what is made of its values reads. */
  readonly feeds: readonly string[];
  /** Values that this stage makes and later ones read. */
  readonly made: readonly string[];
  /** Values of earlier stages that later ones still read. */
  readonly kept: readonly string[];
}

/**
 * The part of `graph` that makes `wanted` from the values in `live`.
 *
 * @param later what later stages will want
 */
export function stageOf(
  graph: Graph,
  live: ReadonlySet<string>,
  wanted: readonly string[],
  later: readonly string[],
): Segment {
  const producers = producersOf(graph);
  const varies = varyingValues(graph);
  const feeds = new Set<string>();
  const nodes = new Set<Node>();
  const visit = (name: string): void => {
    if (live.has(name)) {
      feeds.add(name);
      return;
    }
    const node = producers.get(name);
    if (!node || nodes.has(node)) return;
    for (const read of readsOf(node)) visit(read);
    nodes.add(node);
  };
  for (const name of wanted) visit(name);
  const here = new Set([...nodes].flatMap(({ outputs }) => outputs).filter(name => varies.has(name)));
  const made = new Set<string>();
  const kept = new Set<string>();
  const seen = new Set<string>();
  const look = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    if (here.has(name)) made.add(name);
    else if (live.has(name)) kept.add(name);
    else for (const read of readsOf(producers.get(name))) look(read);
  };
  for (const name of later) look(name);
  return { nodes: [...nodes], feeds: [...feeds], made: [...made], kept: [...kept] };
}

const readsOf = (node: Node | undefined): readonly string[] =>
  node ? [...node.inputs, ...bodiesOf(node).reads].filter(name => name !== '') : [];

/** Those that depend on an input: the others are constants under another name. */
function varyingValues({ inputs, nodes }: Graph): ReadonlySet<string> {
  const varies = new Set(inputs.map(({ name }) => name));
  for (const node of nodes) {
    if (readsOf(node).some(name => varies.has(name))) for (const output of node.outputs) varies.add(output);
  }
  varies.delete('');
  return varies;
}
