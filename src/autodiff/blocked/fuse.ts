/** Blocked convolutions that take in the addition and the activation behind them, as the runtime's own do at inference. */
import { withAttribute } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import { readsOf } from '../../onnx/subgraph.ts';
import { blockedDomain } from './layout.ts';

/**
 * An exact pass up to rounding: y = conv(x) + z and y = relu(conv(x)) as one node each, where nothing else reads the convolution.
 * @param isBlocked whether a value is a whole one in the blocked layout, and no single number
 * @param read names of values that are read from outside
 */
export function fuseIntoConvolutions(
  nodes: readonly Node[],
  isBlocked: (name: string) => boolean,
  read: Iterable<string>,
): Node[] {
  const uses = new Map<string, number>();
  for (const name of [...nodes.flatMap(readsOf), ...read]) uses.set(name, (uses.get(name) ?? 0) + 1);
  const made = new Map<string, Node>();
  const gone = new Set<Node>();
  /** The convolution that computes `name` for one reader, and is not followed by an activation. */
  const open = (name: string): Node | null => {
    const node = made.get(name);
    if (node?.opType !== 'Conv' || node.domain !== blockedDomain || uses.get(name) !== 1) return null;
    return node.attributes.has('activation') ? null : node;
  };
  const fused = nodes.map(node => {
    const into = node.domain === '' ? fusedInto(node, open, isBlocked) : null;
    if (into) gone.add(into.replaced);
    const now = into?.node ?? node;
    for (const name of now.outputs) made.set(name, now);
    return now;
  });
  return fused.filter(node => !gone.has(node));
}

interface Fused {
  readonly node: Node;
  readonly replaced: Node;
}

function fusedInto(
  { opType, inputs, outputs }: Node,
  open: (name: string) => Node | null,
  isBlocked: (name: string) => boolean,
): Fused | null {
  if (opType === 'Relu') {
    const replaced = open(inputs[0] ?? '');
    return (
      replaced && {
        replaced,
        node: { ...withAttribute(replaced, 'activation', { kind: 'string', value: 'Relu' }), outputs },
      }
    );
  }
  if (opType !== 'Add' || !inputs.every(isBlocked)) return null;
  for (const [i, name] of inputs.entries()) {
    const replaced = open(name);
    if (!replaced || replaced.inputs.length > 3) continue;
    const [x = '', filter = '', bias = ''] = replaced.inputs;
    return { replaced, node: { ...replaced, inputs: [x, filter, bias, inputs[1 - i] ?? ''], outputs } };
  }
  return null;
}
