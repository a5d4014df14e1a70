/** Puts the branch that is always taken in the place of an If whose condition is known beforehand, as exporters leave them behind. */
import { isAttributeProto } from '../attribute-proto.ts';
import { freshNames } from '../edit.ts';
import type { Graph, Model, Node, Tensor } from '../graph.ts';
import { readGraph } from '../graph-proto.ts';
import { identityNode } from '../identity.ts';
import type { Pass } from '../pass.ts';
import type { ReadOptions } from '../read-context.ts';
import { inferValues } from '../shapes.ts';
import { bodiesOf } from '../subgraph.ts';

/** Branches may hold an If in turn. */
const maxDepth = 50;

/** An If stays where its condition depends on what comes in, where its branch holds a body of its own, or sparse constants. */
export const takeBranchesPass = (options: ReadOptions): Pass => ({
  name: 'take-branches',
  apply: model => {
    let taken = model;
    for (let depth = 0; depth < maxDepth; depth++) {
      const next = withBranches(taken, options);
      if (next === taken) break;
      taken = next;
    }
    return { model: taken, modified: taken !== model };
  },
  ensures: ({ graph: before }, { graph: after }) =>
    before.inputs === after.inputs && before.outputs === after.outputs ? null : 'the inputs or outputs were changed',
});

function withBranches(model: Model, options: ReadOptions): Model {
  const { graph } = model;
  if (!graph.nodes.some(isIf)) return model;
  const values = inferValues(graph, model.opsets);
  const fresh = freshNames(graph);
  const initializers = new Map(graph.initializers);
  let changed = false;
  const nodes = graph.nodes.flatMap(node => {
    const condition = isIf(node) ? values.get(node.inputs[0] ?? '')?.content?.[0] : undefined;
    if (typeof condition !== 'number') return [node];
    const branch = branchOf(node, condition !== 0 ? 'then_branch' : 'else_branch', options);
    const placed = branch && branchAt(node, branch, fresh);
    if (!placed) return [node];
    changed = true;
    for (const tensor of placed.constants) initializers.set(tensor.name, tensor);
    return placed.nodes;
  });
  return changed ? { ...model, graph: { ...graph, nodes, initializers } } : model;
}

const isIf = ({ opType, domain }: Node): boolean => opType === 'If' && domain === '';

function branchOf(node: Node, name: string, options: ReadOptions): Graph | null {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== 'other' || !isAttributeProto(attribute.source)) return null;
  return readGraph(attribute.source.g, options);
}

/** Values of the branch get names that are free, but for its outputs, which are those of the If. */
function branchAt(
  node: Node,
  branch: Graph,
  fresh: (wanted: string) => string,
): { readonly nodes: readonly Node[]; readonly constants: readonly Tensor[] } | null {
  if (branch.nodes.some(each => bodiesOf(each).operators.length > 0)) return null;
  const prefix = node.name || node.outputs[0] || node.opType;
  const names = new Map<string, string>();
  const passedOn: Node[] = [];
  const made = new Set(branch.nodes.flatMap(({ outputs }) => outputs));
  for (const [i, { name }] of branch.outputs.entries()) {
    const output = node.outputs[i] ?? '';
    if (output === '') continue;
    if (made.has(name) && !names.has(name)) names.set(name, output);
    else passedOn.push(identityNode(fresh(`${prefix}/output_${i}`), name, output));
  }
  const constants = [...branch.initializers.values()].map(tensor => {
    const name = fresh(`${prefix}/${tensor.name}`);
    names.set(tensor.name, name);
    const { dims, elementType, bytes } = tensor;
    return { name, dims, elementType, bytes };
  });
  for (const name of made) if (name !== '' && !names.has(name)) names.set(name, fresh(`${prefix}/${name}`));
  const nameOf = (name: string): string => names.get(name) ?? name;
  const nodes = branch.nodes.map(
    ({ source: _, ...each }): Node => ({
      ...each,
      name: fresh(`${prefix}/${each.name || each.opType}`),
      inputs: each.inputs.map(nameOf),
      outputs: each.outputs.map(nameOf),
    }),
  );
  const handedOn = passedOn.map(each => ({ ...each, inputs: each.inputs.map(nameOf) }));
  return constants.every(({ elementType }) => elementType !== 'other')
    ? { nodes: [...nodes, ...handedOn], constants }
    : null;
}
