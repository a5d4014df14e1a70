/** A site: a node whose weight may be factorised. */
import type { Outputs } from '../onnx/outputs.ts';
import type { DenseNode } from './dense-node.ts';
import type { MethodName } from './methods/methods.ts';

export interface Site extends DenseNode {
  /** Those that apply and cost fewer multiply-accumulates than the dense node at their lowest rank; at least one. */
  readonly methods: readonly MethodName[];
}

/** Why a node with weights is no site. */
export type Refusal =
  | 'small' // even rank 1 costs as much as the dense node
  | 'depthwise' // one channel per group, or too few to share anything
  | 'size' // a size that its costs follow from is not known
  | 'run-time' // its weight is computed at run time, or there is none
  | 'form' // an attribute or a weight of a form that is not written as layers
  | 'type' // integers, or numbers of a type that is not factorised
  | 'numbers' // NaN, infinity, or no number at all
  | 'operator' // another operator that multiplies by a weight
  | 'recurrent' // LSTM, GRU, RNN
  | 'fused' // an operator of onnxruntime's own
  | 'function' // a function of the model's own that is not inlined
  | 'body' // in what an If, a Loop or a Scan runs
  | 'unjudged'; // no output that is judged depends on it

/** What a reader says of a node that is no site. */
export interface Refused {
  readonly why: Refusal;
  /** For people: completes "it is no site because ...". */
  readonly reason: string;
}

export const refused = (why: Refusal, reason: string): Refused => ({ why, reason });

export const isRefused = (found: object): found is Refused => 'why' in found;

/** A node with weights that is no site. */
export interface RejectedNode extends Refused {
  readonly node: string;
  readonly opType: string;
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
