/** A site: a node whose weight may be factorised. */
import type { Outputs } from '../onnx/outputs.ts';
import type { DenseNode } from './dense-node.ts';
import type { MethodName } from './methods/methods.ts';

export interface Site extends DenseNode {
  /** Those that apply and cost fewer multiply-accumulates than the dense node at their lowest rank; at least one. */
  readonly methods: readonly MethodName[];
}

/** A node with weights that is no site. */
export interface RejectedNode {
  readonly node: string;
  readonly opType: string;
  /** For people: completes "it is no site because ...". */
  readonly reason: string;
}

export interface Sites {
  readonly sites: readonly Site[];
  readonly rejected: readonly RejectedNode[];
  readonly outputs: Outputs;
  /** Those of `rejected` that could be sites, but that feed no output that is judged. */
  readonly idle: readonly string[];
  /** Those of `rejected` of which a size is not known. */
  readonly unsized: readonly RejectedNode[];
}
