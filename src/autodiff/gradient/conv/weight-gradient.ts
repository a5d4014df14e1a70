/** dL/dw of a convolution. */
import type { GradientBuilder } from '../builder.ts';
import { type ConvCall, isByChannel } from './call.ts';
import { type FormulationName, formulations } from './weight/formulations.ts';

/** Appends dw [out, inPerGroup, k...] from x [batch, groups inPerGroup, x...] and dy [batch, out, y...]. */
export const weightGradient = (build: GradientBuilder, call: ConvCall, x: string, dy: string): string =>
  formulations[formulationOf(call)](build, call, x, dy);

/** Vectors of the machine in the blocked layout hold so many float32 numbers at most. */
const widestBlock = 16;
/** What the convolution reads once for every channel of x, and is slow at where a core's cache does not hold it. */
const cachedBytes = 2 ** 21;
/** From so many channels on, on both sides, products keep the machine busy. */
const wideChannels = 64;
/** By channel, a product per tap wins from images of so many places on. */
const largeImage = 28 * 28;
const batchUnknown = 32;

/** The fastest for the shape, as `npm run bench -- conv-gradient` has it (docs/decisions/0012-weight-gradients-by-shape.md). */
export function formulationOf(call: ConvCall): FormulationName {
  const { axes, groups, out, inPerGroup } = call;
  const batch = call.batch ?? batchUnknown;
  const taps = axes.reduce((product, { k }) => product * k, 1);
  const places = axes.reduce((product, { y }) => product * y, 1);
  if (groups > 1 && taps > 1) {
    const wins = isByChannel(call) && axes.every(({ stride }) => stride === 1) && places >= largeImage;
    return wins ? 'product per tap' : 'convolution';
  }
  const inBlocks = axes.length === 2 && out % widestBlock === 0 && (batch % widestBlock === 0 || batch < widestBlock);
  const cached = 4 * batch * out * places <= cachedBytes;
  const line = axes.some(({ k }) => k === 1);
  if (inBlocks && !line && (cached || Math.min(out, inPerGroup) < wideChannels)) return 'convolution';
  // What is written of products by image, over what is moved to gather the batch.
  const gathered = taps * out * inPerGroup > (taps * inPerGroup + out) * places;
  return gathered ? 'product per tap, gathered' : 'product per tap';
}
