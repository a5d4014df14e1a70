/** Which values of a graph are known before it runs. */
import type { Graph, Node, Tensor } from '../onnx/graph.ts';

export const isStandard = (node: Node): boolean => node.domain === '' || node.domain === 'ai.onnx';

/** The node that yields each value. */
export function producers(graph: Graph): ReadonlyMap<string, Node> {
  const result = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== '') result.set(output, node);
  return result;
}

/**
 * Looks a value up among the constants: initialisers, outputs of Constant nodes, and either of them through Identity.
 * Null for anything that is only known at run time.
 */
export function constantsOf(graph: Graph): (name: string) => Tensor | null {
  const nodes = producers(graph);
  return name => {
    let at = name;
    // A chain longer than the graph would be a cycle, which a damaged file may hold.
    for (let steps = 0; steps <= graph.nodes.length; steps++) {
      const initializer = graph.initializers.get(at);
      if (initializer) return initializer;
      const node = nodes.get(at);
      if (!node || !isStandard(node)) return null;
      if (node.opType === 'Constant') {
        const value = node.attributes.get('value');
        return value?.kind === 'tensor' ? value.value : null;
      }
      if (node.opType !== 'Identity') return null;
      at = node.inputs[0] ?? '';
    }
    return null;
  };
}
