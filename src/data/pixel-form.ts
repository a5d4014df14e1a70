/** What the pixels of prepared images are: how many channels, and how many bits each sample has. */

export type ChannelCount = 1 | 3 | 4;

export interface PixelForm {
  /** 1 is grey, 3 is R, G, B, and 4 has alpha behind them. */
  readonly channels: ChannelCount;
  readonly bits: 8 | 16;
}

/** What most networks take; where no form is said, it is this one. */
export const rgb8: PixelForm = { channels: 3, bits: 8 };

export const isRgb8 = ({ channels, bits }: PixelForm): boolean => channels === 3 && bits === 8;

/** How many values a sample may have. */
export const levelsOf = ({ bits }: Pick<PixelForm, 'bits'>): number => 2 ** bits;

/** Bytes of one prepared image. */
export const imageBytes = ({ channels, bits }: PixelForm, height: number, width: number): number =>
  (channels * height * width * bits) / 8;
