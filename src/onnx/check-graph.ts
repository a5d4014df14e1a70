/** Checks that a graph can be run from top to bottom: every value is there before it is read, and defined once. */

import type { Graph, Model, Node } from './graph.ts';
import { isGraphSource } from './graph-proto.ts';
import { exportAgain, type ReadOptions, refusal } from './read-context.ts';
import { bodiesOf } from './subgraph.ts';
import { WireError } from './wire.ts';

const wayOut = 'Check the file with onnx.checker.check_model and export the model again.';

/** Throws UserError at the first value that is not defined, defined too late or twice, or that depends on itself. */
export function checkGraph({ graph }: Model, options: ReadOptions): void {
  if (graph.outputs.length === 0) throw refusal(options, 'the graph has no output.', exportAgain);
  const defined = definedFromStart(graph);
  const producers = producersOf(graph, defined, options);
  for (const node of graph.nodes) {
    for (const name of readsOf(node, options)) {
      if (name === '' || defined.has(name)) continue;
      if (!producers.has(name))
        throw refusal(options, `${called(node)} reads "${name}", which nothing defines.`, wayOut);
      const problem = reaches(node, name, producers)
        ? `${called(node)} reads "${name}", which depends on that very node.`
        : `${called(node)} reads "${name}" before it is defined; the nodes must be in topological order.`;
      throw refusal(options, problem, wayOut);
    }
    for (const output of node.outputs) defined.add(output);
  }
  for (const { name } of graph.outputs) {
    if (!defined.has(name)) throw refusal(options, `nothing defines the output "${name}".`, wayOut);
  }
}

function definedFromStart(graph: Graph): Set<string> {
  const sparse = isGraphSource(graph.source) ? graph.source.sparse : [];
  return new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys(), ...sparse]);
}

function producersOf(graph: Graph, defined: ReadonlySet<string>, options: ReadOptions): Map<string, Node> {
  const producers = new Map<string, Node>();
  for (const node of graph.nodes) {
    if (node.opType === '') throw refusal(options, `${called(node)} names no operator.`, wayOut);
    for (const output of node.outputs) {
      if (output === '') continue;
      if (producers.has(output) || defined.has(output)) {
        throw refusal(options, `the value "${output}" is defined twice.`, wayOut);
      }
      producers.set(output, node);
    }
  }
  return producers;
}

function readsOf(node: Node, options: ReadOptions): readonly string[] {
  try {
    const { reads } = bodiesOf(node);
    return reads.size === 0 ? node.inputs : [...node.inputs, ...reads];
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw refusal(options, `a subgraph of ${called(node)} is damaged: ${error.message}.`, exportAgain);
  }
}

/** Whether `name` is computed, over any number of nodes, from an output of `node`. */
function reaches(node: Node, name: string, producers: ReadonlyMap<string, Node>): boolean {
  const seen = new Set<Node>();
  const open = [producers.get(name)];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === node) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const input of at.inputs) {
      const producer = producers.get(input);
      if (producer) open.push(producer);
    }
  }
  return false;
}

const called = ({ name, opType, outputs }: Node): string => `the node "${name || outputs[0] || opType}" (${opType})`;
