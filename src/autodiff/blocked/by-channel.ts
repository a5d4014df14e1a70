/** What is done channel by channel in the blocked layout, in the runtime's own blocked operators. */
import { type Attributes, blockedDomain, type LayoutBuilder } from './layout.ts';

/**
 * factor x + shift by channel, of a blocked x, in one pass over it: a depthwise convolution of one tap, as the runtime makes of
 * BatchNormalization at inference.
 * @param factor vector of as many elements as x has channels
 * @param shift likewise; null for none
 * @param pads places that are added at the top, left, bottom and right, and hold the shift
 */
export function scaleByChannel(
  to: LayoutBuilder,
  x: string,
  factor: string,
  shift: string | null,
  channels: number,
  pads: readonly number[] = [0, 0, 0, 0],
): string {
  const filter = to.add('Reshape', [factor, to.integers([channels, 1, 1, 1])], {});
  const inputs = [x, filter, ...(shift === null ? [] : [shift])];
  return depthwise(to, inputs, { group: channels, kernel_shape: [1, 1], pads });
}

/**
 * The sums of a b by channel over batch and places, of two blocked values: a vector in the plain layout. Each image and channel is a
 * depthwise convolution of a by b, of one place, so that the products are never written.
 * @param sizes batch, channels, height, width of both
 */
export function sumOfProducts(
  to: LayoutBuilder,
  a: string,
  b: string,
  sizes: readonly number[],
  output?: string,
): string {
  const [batch = 0, channels = 0, height = 0, width = 0] = sizes;
  const images = batch * channels;
  const data = to.add('Reshape', [a, to.integers([1, images, height, width])], {});
  const filter = to.add('Reshape', [b, to.integers([images, 1, height, width])], {});
  const sums = depthwise(to, [data, filter], { group: images, kernel_shape: [height, width], pads: [0, 0, 0, 0] });
  const byImage = to.add('Reshape', [sums, to.integers([batch, channels])], {});
  return to.add('ReduceSum', [byImage, to.integers([0])], { keepdims: 0 }, { output });
}

const depthwise = (to: LayoutBuilder, inputs: readonly string[], attributes: Attributes): string =>
  to.add('Conv', inputs, { ...attributes, strides: [1, 1], dilations: [1, 1] }, { domain: blockedDomain });

/** The mean of every channel of a blocked x over batch and places: a vector in the plain layout, called `output` where that is given. */
export function meanByChannel(to: LayoutBuilder, x: string, output?: string): string {
  // Of one place each, images are alike in both layouts.
  const means = to.add('GlobalAveragePool', [x], {}, { domain: blockedDomain });
  return to.add('ReduceMean', [means, to.integers([0, 2, 3])], { keepdims: 0 }, { output });
}
