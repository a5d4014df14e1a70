/** Where the time of a model goes, node by node. */
import type { Node } from '../onnx/graph.ts';

export interface NodeTiming {
  /** Where the node stands in `graph.nodes`, and how it is found again: by the name of its first output. */
  readonly index: number;
  readonly output: string;
  readonly name: string;
  readonly opType: string;
  /** Median over the runs of the time in its kernels, with what the runtime fused into them. */
  readonly ms: number;
}

export interface NodeTimings {
  /** In the order of the graph; nodes that were fused into another one or folded away are not here. */
  readonly nodes: readonly NodeTiming[];
  /** Kernels that are no node of the model: changes of layout, casts, copies between devices. */
  readonly overhead: readonly { readonly name: string; readonly opType: string; readonly ms: number }[];
  /** Median wall time of a run under the profiler, which makes it somewhat slower. */
  readonly runMs: number;
}

export const nodeTiming = (node: Node, index: number, ms: number): NodeTiming => ({
  index,
  output: node.outputs[0] ?? '',
  name: node.name,
  opType: node.opType,
  ms,
});
