/** Another copy of a graph under other names, so that two networks, or one network twice, fit into one graph. */
import { UserError } from '../../errors/user-error.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { bodiesOf } from '../../onnx/subgraph.ts';

/**
 * Nodes are called after their first output.
 * @throws UserError for a node with a body (If, Loop, Scan), whose inside reads names that are not listed
 */
export function renamed(graph: Graph, rename: (name: string) => string): Graph {
  const to = (name: string): string => (name === '' ? '' : rename(name));
  return {
    name: graph.name,
    nodes: graph.nodes.map(node => ({
      name: to(node.outputs[0] ?? node.name),
      opType: node.opType,
      domain: node.domain,
      inputs: node.inputs.map(to),
      outputs: node.outputs.map(to),
      attributes: requireFlat(node).attributes,
    })),
    inputs: graph.inputs.map(({ name, elementType, shape }) => ({ name: to(name), elementType, shape })),
    outputs: graph.outputs.map(({ name, elementType, shape }) => ({ name: to(name), elementType, shape })),
    initializers: new Map(
      [...graph.initializers.values()].map(({ name, dims, elementType, bytes }) => {
        const renamedTensor = { name: to(name), dims, elementType, bytes };
        return [renamedTensor.name, renamedTensor];
      }),
    ),
    valueInfo: new Map(),
  };
}

function requireFlat(node: Node): Node {
  if (![...node.attributes.values()].some(({ kind }) => kind === 'other') && bodiesOf(node).reads.size === 0)
    return node;
  throw new UserError(
    `Cannot train through the node "${node.name || node.outputs[0]}" (${node.opType}): it holds another graph.`,
    'Export the model without control flow.',
  );
}
