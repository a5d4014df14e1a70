/** The pass that replaces one site by a chain of layers. */
import type { Model, Node } from '../../onnx/graph.ts';
import type { Pass } from '../../onnx/pass.ts';
import type { DenseNode } from '../dense-node.ts';
import type { Layer } from './layers.ts';
import { nodeOf, replaceByChain } from './replace.ts';

/** @param layers the layers that stand in for the dense node, first to last */
export function chainPass(site: DenseNode, method: string, layers: (node: Node) => readonly Layer[]): Pass {
  return {
    name: `${method} of "${site.name}"`,
    requires: model => (nodeOf(model, site) ? null : `no node reads "${site.weight}" and yields "${site.output}"`),
    apply: model => ({ model: replaceByChain(model, site, method, layers(nodeOf(model, site)!)), modified: true }),
    ensures: (before, after) => brokenPromise(before, after, site),
  };
}

/** Every other node, constant, input and output is the very one that was there, and the output has one producer. */
function brokenPromise({ graph: before }: Model, { graph: after }: Model, site: DenseNode): string | null {
  const makers = after.nodes.filter(node => node.outputs.includes(site.output));
  if (makers.length !== 1) return `"${site.output}" is yielded by ${makers.length} nodes`;
  if (makers[0]!.inputs.includes(site.weight)) return `"${site.output}" still reads the dense weight`;
  const kept = new Set(after.nodes);
  const lost = before.nodes.find(node => !kept.has(node) && node.outputs[0] !== site.output);
  if (lost) return `node "${lost.name}" was changed`;
  for (const [name, tensor] of before.initializers) {
    if (after.initializers.get(name) !== tensor) return `constant "${name}" was changed`;
  }
  return before.inputs === after.inputs && before.outputs === after.outputs
    ? null
    : 'the inputs or outputs were changed';
}
