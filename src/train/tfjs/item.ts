/** What a value of the graph is while TensorFlow.js runs it. */
import type * as tfjs from '@tensorflow/tfjs';
import type { Node } from '../../onnx/graph.ts';

export type Tf = typeof tfjs;
export type TfjsTensor = tfjs.Tensor;

/** Whole numbers that say sizes, axes or places: they stay in JavaScript, where the operators that need them read them. */
export interface HostNumbers {
  readonly dims: readonly number[];
  readonly numbers: readonly number[];
}

export type Item = TfjsTensor | HostNumbers;

export const isWhole = (item: Item): item is HostNumbers => 'numbers' in item;

/** One node, its inputs and what it is computed with. */
export interface Call {
  readonly tf: Tf;
  readonly node: Node;
  /** The tensor of input i. Whole numbers become int32. */
  readonly x: (i: number) => TfjsTensor;
  /** The whole numbers of input i; null where it is left out. */
  readonly whole: (i: number) => readonly number[] | null;
  readonly has: (i: number) => boolean;
  readonly item: (i: number) => Item;
}

/** Gives the outputs in their order; those that nobody reads may be missing at the end. */
export type TfjsOperator = (call: Call) => readonly Item[];
export type TfjsOperators = Readonly<Record<string, TfjsOperator>>;

/** An axis counted from the end where it is negative. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
