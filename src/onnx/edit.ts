/** The moves that graph rewrites are made of. All give back a new graph and share what has not changed. */
import type { Graph, Node, Tensor } from './graph.ts';
import { bodiesOf, readsOf } from './subgraph.ts';

/** The node that defines each value. */
export function producersOf(graph: Graph): ReadonlyMap<string, Node> {
  const producers = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== '') producers.set(output, node);
  return producers;
}

/** The nodes that read each value, also those whose If or Loop bodies do. A weight with more than one is shared. */
export function consumersOf(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  const consumers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(readsOf(node))) {
      if (name === '') continue;
      const list = consumers.get(name);
      if (list) list.push(node);
      else consumers.set(name, [node]);
    }
  }
  return consumers;
}

/** Gives back `wanted`, with a number behind it where a node or a value already has that name. */
export function freshNames(graph: Graph): (wanted: string) => string {
  const taken = new Set([...graph.initializers.keys(), ...graph.valueInfo.keys()]);
  for (const { name } of [...graph.inputs, ...graph.outputs]) taken.add(name);
  for (const node of graph.nodes) {
    for (const name of [node.name, ...node.inputs, ...node.outputs, ...bodiesOf(node).reads]) taken.add(name);
  }
  return wanted => {
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted}~${i}`;
    taken.add(name);
    return name;
  };
}

/** Puts `replacement` in the place of `node`, in the order given, and `constants` among the initialisers. */
export function replaceNode(
  graph: Graph,
  node: Node,
  replacement: readonly Node[],
  constants: readonly Tensor[] = [],
): Graph {
  const initializers = new Map(graph.initializers);
  for (const tensor of constants) initializers.set(tensor.name, tensor);
  const nodes = graph.nodes.flatMap(other => (other === node ? replacement : [other]));
  return { ...graph, nodes, initializers };
}

/**
 * Drops the initialisers that nothing reads: no node, no body of an If or Loop, no output. Gives `graph` itself back where
 * there are none.
 */
export function dropDeadInitializers(graph: Graph): Graph {
  const consumers = consumersOf(graph);
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const kept = [...graph.initializers].filter(([name]) => consumers.has(name) || outputs.has(name));
  return kept.length === graph.initializers.size ? graph : { ...graph, initializers: new Map(kept) };
}

/** The first value that a node or an output reads before it is there, or null in a graph that can run. */
export function firstUndefined(graph: Graph): string | null {
  const defined = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) {
    for (const name of [...node.inputs, ...bodiesOf(node).reads]) if (name !== '' && !defined.has(name)) return name;
    for (const output of node.outputs) defined.add(output);
  }
  return graph.outputs.find(({ name }) => !defined.has(name))?.name ?? null;
}
