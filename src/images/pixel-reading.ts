/** How bytes become the numbers of an input. */
import type { ChannelOrder, Normalization } from '../data/normalize.ts';

export interface PixelReading {
  readonly normalize: Normalization;
  readonly channels: ChannelOrder;
}
