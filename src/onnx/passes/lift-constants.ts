/** Turns Constant nodes that hold a tensor into initialisers, so that every weight is found in one place. */
import { firstUndefined } from '../edit.ts';
import type { Node, Tensor } from '../graph.ts';
import type { Pass } from '../pass.ts';
import { standardDomain } from '../versions.ts';

export const liftConstantsPass: Pass = {
  name: 'lift-constants',
  apply: model => {
    const initializers = new Map(model.graph.initializers);
    const nodes = model.graph.nodes.filter(node => {
      const tensor = heldTensor(node);
      if (tensor) initializers.set(tensor.name, tensor);
      return !tensor;
    });
    if (nodes.length === model.graph.nodes.length) return { model, modified: false };
    return { model: { ...model, graph: { ...model.graph, nodes, initializers } }, modified: true };
  },
  ensures: (before, after) => {
    const missing = firstUndefined(after.graph);
    return missing !== null && firstUndefined(before.graph) === null ? `nothing defines "${missing}"` : null;
  },
};

/** The tensor of a Constant node under the name of the node's output. */
function heldTensor(node: Node): Tensor | null {
  if (node.opType !== 'Constant' || standardDomain(node.domain) !== '') return null;
  const value = node.attributes.get('value');
  const name = node.outputs[0] ?? '';
  return value?.kind === 'tensor' && name !== '' ? { ...value.value, name } : null;
}
