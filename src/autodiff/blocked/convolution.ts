/** Convolutions in the blocked layout. */

import { intAttribute, intsAttribute } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import { windowOf } from '../gradient/window.ts';
import { blockedDomain, type LayoutBuilder } from './layout.ts';
import type { BlockedRule, Rewriting } from './rule.ts';

export interface ConvShapes {
  /** batch, channels, height, width */
  readonly x: readonly number[];
  /** out, channels, kernel height and width */
  readonly w: readonly number[];
  readonly y: readonly number[];
}

/** The sizes of a convolution that the blocked layout has, or null: one group of whole blocks, in two spatial axes. */
export function blockedConvShapes({ to: { block }, sizes }: Rewriting, node: Node): ConvShapes | null {
  const [x, w, y] = [node.inputs[0] ?? '', node.inputs[1] ?? '', node.outputs[0] ?? ''].map(sizes);
  if (!x || !w || !y || x.length !== 4) return null;
  if (intAttribute(node, 'group', 1) !== 1) return null;
  const [out = 0, channels = 0] = w;
  const fits = out % block === 0 && (channels % block === 0 || channels < block);
  return fits ? { x, w, y } : null;
}

export const convolution: BlockedRule = (at, node) => {
  const { to, producer } = at;
  const shapes = blockedConvShapes(at, node);
  if (!shapes) return false;
  const { x, w, y } = shapes;
  const [input = '', weight = '', bias] = node.inputs;
  const filterFrom = producer(weight);
  const swappedFilter = swapsBatchAndChannels(filterFrom) ? (filterFrom.inputs[0] ?? null) : null;
  const axes = windowOf(node, w.slice(2), x, y);
  // Left and right paddings are computed one place at a time, which is slow where they are most of the output.
  const pads = [...axes.map(({ before }) => before), ...axes.map(({ after }) => after)];
  const [channels = 0] = [w[1]];
  const data = channels < to.block ? to.plain(input) : to.blocked(input);
  const filter = channels < to.block ? thinFilter(to, to.plain(weight), w) : fullFilter(to, weight, w, swappedFilter);
  const value = to.add(
    'Conv',
    [data, filter, ...(bias ? [to.plain(bias)] : [])],
    {
      group: 1,
      kernel_shape: w.slice(2),
      strides: axes.map(({ stride }) => stride),
      dilations: axes.map(({ dilation }) => dilation),
      pads,
    },
    { domain: blockedDomain },
  );
  const [output = ''] = node.outputs;
  to.define(output, value, w[0] ?? 0);
  return true;
};

/** out x in x k as out/B x k x in x B, for images of fewer channels than a block, which stay plain. */
function thinFilter(to: LayoutBuilder, weight: string, w: readonly number[]): string {
  const [out = 0, channels = 0, ...kernel] = w;
  const taps = kernel.reduce((product, k) => product * k, 1);
  const split = to.add('Reshape', [weight, to.integers([out / to.block, to.block, channels, taps])], {});
  const turned = to.add('Transpose', [split], { perm: [0, 2, 3, 1] });
  return to.add('Reshape', [turned, to.integers(w)], {});
}

/** out x in x k as out/B x in/B x k x B (in) x B (out). */
function fullFilter(to: LayoutBuilder, weight: string, w: readonly number[], swapped: string | null): string {
  const { block } = to;
  const [out = 0, channels = 0, ...kernel] = w;
  const taps = kernel.reduce((product, k) => product * k, 1);
  let turned: string;
  if (swapped !== null) {
    // in x out x k in blocks of out is in/B, B, out/B, k, B already: whole vectors change places.
    const split = to.add(
      'Reshape',
      [to.blocked(swapped), to.integers([channels / block, block, out / block, taps, block])],
      {},
    );
    turned = to.add('Transpose', [split], { perm: [2, 0, 3, 1, 4] });
  } else {
    const split = to.add(
      'Reshape',
      [to.plain(weight), to.integers([out / block, block, channels / block, block, taps])],
      {},
    );
    turned = to.add('Transpose', [split], { perm: [0, 2, 4, 3, 1] });
  }
  return to.add('Reshape', [turned, to.integers(w)], {});
}

/** Whether the node changes the places of batch and channels and nothing else. */
const swapsBatchAndChannels = (node: Node | undefined): node is Node =>
  node?.opType === 'Transpose' && String(intsAttribute(node, 'perm')) === '1,0,2,3';
