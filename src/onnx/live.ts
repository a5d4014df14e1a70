/** Dropping nodes that nothing needs. */
import type { Node } from './graph.ts';
import { readsOf } from './subgraph.ts';

/** The nodes, in their order, that one of `roots` is computed from. */
export function keepLive(nodes: readonly Node[], roots: Iterable<string>): Node[] {
  const needed = new Set(roots);
  const kept: Node[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some(name => needed.has(name))) continue;
    for (const name of readsOf(node)) needed.add(name);
    kept.push(node);
  }
  return kept.reverse();
}
