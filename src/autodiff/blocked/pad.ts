/** Zeros around blocked images. */
import { textAttribute } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import { scaleByChannel } from './by-channel.ts';
import { blockedConvShapes } from './convolution.ts';
import { type BlockedRule, blockedSizes } from './rule.ts';

/**
 * What only blocked convolutions read is padded in their layout, by a depthwise convolution with ones: on all threads, where the runtime's own
 * Pad copies line by line on one.
 */
export const pad: BlockedRule = (at, node) => {
  const { to, integers, readers } = at;
  const [x = '', given = '', value = ''] = node.inputs;
  const [output = ''] = node.outputs;
  const sizes = blockedSizes(at, x);
  const pads = integers(given);
  if (!sizes || !pads || value !== '' || !addsZeros(node, pads)) return false;
  const reads = readers(output);
  const read = reads.every(each => each.opType === 'Conv' && each.inputs[0] === output && blockedConvShapes(at, each));
  if (!read || reads.length === 0) return false;
  const [, channels = 0] = sizes;
  const [, , top = 0, left = 0, , , bottom = 0, right = 0] = pads;
  const around = [top, left, bottom, right];
  to.define(output, scaleByChannel(to, to.blocked(x), to.ones(channels), null, channels, around), channels);
  return true;
};

/** Whether the padding is one of zeros, on the spatial axes alone, that cuts nothing off. */
const addsZeros = (node: Node, pads: readonly number[]): boolean =>
  textAttribute(node, 'mode', 'constant') === 'constant' &&
  node.inputs.length <= 3 &&
  pads.length === 8 &&
  pads.every((each, i) => each >= 0 && (i % 4 >= 2 || each === 0));
