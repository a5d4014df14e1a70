/** Takes away constants that a rewrite has left without a reader. */

import { producersOf } from '../../onnx/edit.ts';
import type { Model } from '../../onnx/graph.ts';
import { bodiesOf } from '../../onnx/subgraph.ts';
import { standardDomain } from '../../onnx/versions.ts';
import { passedThrough } from '../../onnx/weights.ts';

/** What an exporter puts between a constant and its reader. */
const between: ReadonlySet<string> = new Set(['Constant', ...passedThrough]);

/**
 * Drops each of `names` that no node reads and no output needs, and then whatever only it was made from. What the model
 * held without a use from the start stays.
 */
export function dropUnused(model: Model, names: readonly string[]): Model {
  const { graph } = model;
  const readers = new Map<string, number>();
  const count = (name: string, by: number): void => void readers.set(name, (readers.get(name) ?? 0) + by);
  for (const { name } of graph.outputs) count(name, 1);
  for (const node of graph.nodes) {
    for (const name of node.inputs) count(name, 1);
    for (const name of bodiesOf(node).reads) count(name, 1); // without being inputs of the node
  }
  const nodeOf = producersOf(graph);
  const dropped = new Set<string>();
  const droppedNodes = new Set<object>();
  const queue = [...new Set(names)];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (dropped.has(name) || (readers.get(name) ?? 0) > 0) continue;
    const node = nodeOf.get(name);
    if (node) {
      if (standardDomain(node.domain) !== '' || !between.has(node.opType)) continue;
      droppedNodes.add(node);
      for (const input of node.inputs) {
        count(input, -1);
        queue.push(input);
      }
    } else if (!graph.initializers.has(name)) continue;
    dropped.add(name);
  }
  if (dropped.size === 0) return model;
  const kept = <T>(entries: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...entries].filter(([name]) => !dropped.has(name)));
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.filter(node => !droppedNodes.has(node)),
      initializers: kept(graph.initializers),
      valueInfo: kept(graph.valueInfo),
    },
  };
}
