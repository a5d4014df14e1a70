/** A site: a node whose weight may be factorised. */
import type { Outputs } from '../onnx/outputs.ts';
import type { FactorMethod } from './method.ts';

export type SiteKind = 'conv1x1' | 'conv' | 'grouped-conv' | 'depthwise-conv' | 'gemm' | 'matmul';

export interface Site {
  /** The node's name where no other node has it, else the name of its first output; unique in the model. */
  readonly name: string;
  /** Where the node stands in `graph.nodes` of the dense model. */
  readonly index: number;
  /** The value that the node yields, which finds it in any rewritten model. */
  readonly output: string;
  readonly kind: SiteKind;
  /** The value that the node reads its weight from; two sites may share it. */
  readonly weight: string;
  readonly elementType: 'float32' | 'float16';
  /** As the node reads it. */
  readonly weightDims: readonly number[];
  /** `out-in` for Conv and Gemm with transB, `in-out` for MatMul and Gemm without. */
  readonly weightLayout: 'out-in' | 'in-out';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly groups: number;
  /** [height, width]; for matrices [1, 1], and so on below. */
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Begin height, begin width, end height, end width, as in ONNX; what `auto_pad` comes to where the node has it. */
  readonly pads: readonly [number, number, number, number];
  /** [height, width] of what goes in and out; for matrices [rows, 1]. */
  readonly inputSize: readonly [number, number];
  readonly outputSize: readonly [number, number];
  /** Positions at which the dense weight is applied, for one input; of all images where the batch size is fixed. */
  readonly outputPositions: number;
  /** Multiply-accumulates of the dense node for one input (batch 1). */
  readonly macs: number;
  /** Stored numbers of the dense node, the bias with them. */
  readonly params: number;
  readonly biasParams: number;
  /** Those that apply and cost fewer multiply-accumulates than the dense node at rank 1; at least one. */
  readonly methods: readonly FactorMethod[];
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
