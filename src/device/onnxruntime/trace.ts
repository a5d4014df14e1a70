/** Reading the runtime's profile, and finding the node of the model that each of its kernels computes. */
import type { Node } from '../../onnx/graph.ts';

/** One kernel of the optimised graph. */
export interface Kernel {
  readonly name: string;
  readonly opType: string;
  readonly provider: string;
  /** One entry per run, in milliseconds. */
  readonly runsMs: readonly number[];
}

interface TraceEvent {
  readonly cat?: unknown;
  readonly name?: unknown;
  readonly dur?: unknown;
  readonly args?: { readonly op_name?: unknown; readonly provider?: unknown; readonly node_index?: unknown };
}

const kernelTime = '_kernel_time';

/** The kernels of a trace in the order of their first run; `warmup` runs of each are left out. */
export function readTrace(text: string, warmup: number): Kernel[] {
  const kernels = new Map<string, { name: string; opType: string; provider: string; runsMs: number[] }>();
  for (const { cat, name, dur, args } of JSON.parse(text) as readonly TraceEvent[]) {
    if (cat !== 'Node' || typeof name !== 'string' || typeof dur !== 'number' || !name.endsWith(kernelTime)) continue;
    const plain = name.slice(0, -kernelTime.length);
    const key = `${plain} ${args?.node_index}`;
    const kernel = kernels.get(key) ?? {
      name: plain,
      opType: String(args?.op_name ?? ''),
      provider: String(args?.provider ?? ''),
      runsMs: [],
    };
    kernel.runsMs.push(dur / 1000);
    kernels.set(key, kernel);
  }
  return [...kernels.values()].map(kernel => ({ ...kernel, runsMs: kernel.runsMs.slice(warmup) }));
}

/**
 * For each kernel the index in `nodes` of the node that it computes, or null where it is none of them (a change of layout
 * that the runtime put in). The optimiser renames what it fuses: a kernel is called after its node, after the value it yields,
 * or after one of them with an ending (`_nchwc`, `_token_3`, `/MatMulAddFusion`). A kernel that multiplies matrices and is
 * called after something that does not (the Relu fused behind it) belongs to the nearest node before that one which does.
 */
export function nodesOfKernels(kernels: readonly Kernel[], nodes: readonly Node[]): (number | null)[] {
  const byName = new Map<string, number>();
  const producer = new Map<string, number>();
  for (const [index, node] of nodes.entries()) {
    for (const output of node.outputs) if (output !== '') producer.set(output, index);
    if (node.name !== '' && !byName.has(node.name)) byName.set(node.name, index);
  }
  const taken = new Set<number>();
  return kernels.map(kernel => {
    const index = namesake(kernel.name, byName, producer);
    if (index === null) return null;
    const found = multiplies(kernel.opType) ? nearestMultiplying(index, nodes, producer, taken) : index;
    if (found !== null) taken.add(found);
    return found ?? index;
  });
}

/** Operators with weights, under all names that the runtime gives to their fused forms. */
const multiplies = (opType: string): boolean => /Conv|Gemm|MatMul/.test(opType);

/** The node called `name`, or that yields a value called so, after as few endings as possible were cut off. */
function namesake(name: string, ...tables: readonly ReadonlyMap<string, number>[]): number | null {
  for (let rest = name; rest !== ''; rest = rest.slice(0, Math.max(0, lastJoint(rest)))) {
    for (const table of tables) {
      const index = table.get(rest);
      if (index !== undefined) return index;
    }
  }
  return null;
}

/** Where the last part of a name begins: endings are joined on with `_`, `/`, `:` or `.`. */
const lastJoint = (name: string): number =>
  Math.max(...['_', '/', ':', '.'].map(joint => name.lastIndexOf(joint, name.length - 1)));

/** Back along the values from node `index` to the first node that multiplies and has no kernel yet. */
function nearestMultiplying(
  index: number,
  nodes: readonly Node[],
  producer: ReadonlyMap<string, number>,
  taken: ReadonlySet<number>,
): number | null {
  const queue = [index];
  const seen = new Set(queue);
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const node = nodes[at];
    if (!node) continue;
    if (multiplies(node.opType)) {
      if (!taken.has(at)) return at;
      continue; // what lies before another kernel's node is not this kernel's
    }
    for (const input of node.inputs) {
      const before = producer.get(input);
      if (before === undefined || seen.has(before)) continue;
      seen.add(before);
      queue.push(before);
    }
  }
  return null;
}
