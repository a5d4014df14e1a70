/** The window of a convolution or pooling node along each spatial axis. */

import { intsAttribute, textAttribute } from '../../onnx/attributes.ts';
import type { Node, Shape } from '../../onnx/graph.ts';
import { NoGradient } from './rule.ts';

/** One spatial axis; sizes in elements. */
export interface WindowAxis {
  /** Input size. */
  readonly x: number;
  /** Output size. */
  readonly y: number;
  /** Taps of the window. */
  readonly k: number;
  readonly stride: number;
  readonly dilation: number;
  /** Padding before the first and after the last element. */
  readonly before: number;
  readonly after: number;
}

/**
 * The axes of a node that slides a window of `kernel` over x [batch, channels, x...] to y [batch, channels, y...], with
 * `auto_pad` worked out. Throws NoGradient where a spatial size is not a number.
 */
export function windowOf(node: Node, kernel: readonly number[], x: Shape | null, y: Shape | null): WindowAxis[] {
  const rank = kernel.length;
  const list = (name: string, length: number, fill: number): readonly number[] =>
    intsAttribute(node, name) ?? new Array<number>(length).fill(fill);
  const strides = list('strides', rank, 1);
  const dilations = list('dilations', rank, 1);
  const pads = list('pads', 2 * rank, 0);
  const rule = textAttribute(node, 'auto_pad', 'NOTSET');
  return kernel.map((k, i) => {
    const [from, to] = [x?.[i + 2], y?.[i + 2]];
    if (typeof from !== 'number' || typeof to !== 'number') {
      throw new NoGradient('the height or width of its input is not known; export the network for one image size');
    }
    const [stride, dilation] = [strides[i] ?? 1, dilations[i] ?? 1];
    const axis = { x: from, y: to, k, stride, dilation };
    if (rule === 'VALID') return { ...axis, before: 0, after: 0 };
    if (rule === 'SAME_UPPER' || rule === 'SAME_LOWER') {
      const needed = Math.max(0, (to - 1) * stride + dilation * (k - 1) + 1 - from);
      const less = Math.floor(needed / 2);
      const before = rule === 'SAME_UPPER' ? less : needed - less;
      return { ...axis, before, after: needed - before };
    }
    return { ...axis, before: pads[i] ?? 0, after: pads[i + rank] ?? 0 };
  });
}

/** What is left of the padded input behind the last window: (x + before + after - window) mod stride, where windows are rounded down. */
export const unread = ({ x, y, k, stride, dilation, before, after }: WindowAxis): number =>
  x + before + after - ((y - 1) * stride + dilation * (k - 1) + 1);
