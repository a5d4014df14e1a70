/** A node of the dense model that holds a weight: what a pass has to know of it to put other layers in its place. */
import type { SiteGeometry } from './geometry.ts';

export type SiteKind =
  | 'conv1x1'
  | 'conv'
  | 'grouped-conv'
  | 'depthwise-conv'
  | 'conv-transpose'
  | 'gemm'
  | 'matmul'
  | 'einsum';

/** How the channels of a matrix product lie in what goes in and what comes out. */
export interface MatrixProduct {
  /** The order of axes in which the channels come last; null where they do. */
  readonly inputOrder: readonly number[] | null;
  readonly outputOrder: readonly number[] | null;
  /** One number per output channel, of these sizes, is broadcast over the output. */
  readonly perChannel: readonly number[];
  /** Whether its layers, MatMul nodes, have their weights on the left. */
  readonly weightFirst: boolean;
  /** How an Einsum is written as two, with the weight second in both; null for the other operators, and where MatMul does the same. */
  readonly equations: { readonly first: string; readonly second: string } | null;
  /** Sizes of the axes that are summed over, and of those that come out: one each but in an Einsum. */
  readonly inAxes: readonly number[];
  readonly outAxes: readonly number[];
}

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
  /** Which input of the node the weight is; what is computed is the other one of the first two. */
  readonly weightInput: 0 | 1;
  /** `out-in` for Conv, Gemm with transB and a MatMul with the weight on the left, `in-out` for the other MatMul, Gemm without and ConvTranspose. */
  readonly weightLayout: 'out-in' | 'in-out';
  /** In which order the axes of the weight are those of the output and then those that are summed over; null but in an Einsum. */
  readonly weightOrder: readonly number[] | null;
  /** One number for each axis of the image, one to three; for matrices those of one that is 1 x 1. */
  readonly kernelShape: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** The beginnings of all axes and then their ends, as in ONNX; what `auto_pad` comes to where the node has it. */
  readonly pads: readonly number[];
  /** What comes in and what goes out, axis by axis; for matrices [rows, 1]. */
  readonly inputImage: readonly number[];
  readonly outputImage: readonly number[];
  /** Of a matrix product; null for a convolution. */
  readonly product: MatrixProduct | null;
  /** Further nodes that read the same weight in the same way: they are written with the same factors, which are stored once. */
  readonly twins?: readonly DenseNode[];
  /** Of a twin, the name of the site whose weight it shares. */
  readonly sharesWith?: string;
  /** Multiply-accumulates of the dense node for one input (batch 1), those of its twins with them. */
  readonly macs: number;
  /** Stored numbers of the dense node, its bias with them. */
  readonly params: number;
}

/** A site and its twins. */
export const nodesOf = (site: DenseNode): readonly DenseNode[] => [site, ...(site.twins ?? [])];

export const isMatrix = ({ product }: Pick<DenseNode, 'product'>): boolean => product !== null;

/** Input of the node that is computed. */
export const dataInput = ({ weightInput }: Pick<DenseNode, 'weightInput'>): 0 | 1 => (weightInput === 1 ? 0 : 1);
