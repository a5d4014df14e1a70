/** From 8-bit pixels to the numbers a network was trained on: (x / 255 - mean) / std per channel, as a table. */

export interface MeanStd {
  /** Per channel R, G, B, on pixels scaled to 0..1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

export const normalizations = ['torchvision', 'tf', 'unit', 'none'] as const;
export type NormalizationName = (typeof normalizations)[number];
export type Normalization = NormalizationName | MeanStd;

/** The order of a pixel's channels in the network's input. */
export type ChannelOrder = 'rgb' | 'bgr';

const same = (value: number): readonly [number, number, number] => [value, value, value];

const named: Readonly<Record<NormalizationName, MeanStd>> = {
  /** Mean and standard deviation of ImageNet's training pixels, which torchvision's models expect. */
  torchvision: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  /** x / 127.5 - 1: TensorFlow's MobileNet and Inception. */
  tf: { mean: same(0.5), std: same(0.5) },
  /** x / 255. */
  unit: { mean: same(0), std: same(1) },
  /** x itself, 0..255. */
  none: { mean: same(0), std: same(1 / 255) },
};

const meanStd = (normalization: Normalization): MeanStd =>
  typeof normalization === 'string' ? named[normalization] : normalization;

/**
 * What an 8-bit value becomes: 3 x 256 floats, row c for channel c (R, G, B) of the image.
 * Computed in double precision and rounded once.
 */
export function normalizationTable(normalization: Normalization): Float32Array {
  const { mean, std } = meanStd(normalization);
  const table = new Float32Array(3 * 256);
  for (let channel = 0; channel < 3; channel++)
    for (let value = 0; value < 256; value++)
      table[channel * 256 + value] = (value / 255 - mean[channel]!) / std[channel]!;
  return table;
}

/** How a normalisation is called in a sentence. */
export const normalizationName = (normalization: Normalization): string =>
  typeof normalization === 'string'
    ? normalization
    : `mean ${normalization.mean.join(' ')}, std ${normalization.std.join(' ')}`;
