/** A node of the dense model that holds a weight: what a pass has to know of it to put other layers in its place. */
import type { SiteGeometry } from './geometry.ts';

export type SiteKind = 'conv1x1' | 'conv' | 'grouped-conv' | 'depthwise-conv' | 'gemm' | 'matmul';

export interface DenseNode extends SiteGeometry {
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
  /** [height, width]; for matrices [1, 1]. */
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Begin height, begin width, end height, end width, as in ONNX; what `auto_pad` comes to where the node has it. */
  readonly pads: readonly [number, number, number, number];
  /** Multiply-accumulates of the dense node for one input (batch 1). */
  readonly macs: number;
  /** Stored numbers of the dense node, the bias with them. */
  readonly params: number;
}
