/** From pixels to the numbers a network was trained on: (x / 255 - mean) / std per channel, as a table. */
import { levelsOf, type PixelForm, rgb8 } from './pixel-form.ts';

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
 * What a sample becomes: channels x levels floats (3 x 256 for R, G, B of 8 bits), row c for channel c of the image. Grey is read by the mean of the
 * three channels, and alpha by x / 255, or as `tf` and `none` read any channel. 16 bits are read as shares of 65,535.
 * Computed in double precision and rounded once.
 */
export function normalizationTable(normalization: Normalization, form: PixelForm = rgb8): Float32Array {
  const { channels } = form;
  const levels = levelsOf(form);
  const rows = channels === 1 ? [greyOf(meanStd(normalization))] : rowsOf(meanStd(normalization), normalization);
  const table = new Float32Array(channels * levels);
  for (let channel = 0; channel < channels; channel++) {
    const [mean, std] = rows[channel]!;
    // 0 to 255 also where there are more levels between them: x itself of 16 bits is x / 257.
    for (let value = 0; value < levels; value++) table[channel * levels + value] = (value / (levels - 1) - mean) / std;
  }
  return table;
}

type Row = readonly [mean: number, std: number];

const average = ([a, b, c]: readonly [number, number, number]): number => (a + b + c) / 3;

const greyOf = ({ mean, std }: MeanStd): Row => [average(mean), average(std)];

function rowsOf({ mean, std }: MeanStd, normalization: Normalization): readonly Row[] {
  const alpha: Row = normalization === 'tf' || normalization === 'none' ? [mean[0], std[0]] : [0, 1];
  return [...mean.map((each, c): Row => [each, std[c]!]), alpha];
}

/** A network that takes whole numbers is given the samples as they are. */
export const wholeNumbersTable = (form: PixelForm): Float32Array => {
  const levels = levelsOf(form);
  return Float32Array.from({ length: form.channels * levels }, (_, i) => i % levels);
};

/** How a normalisation is called in a sentence. */
export const normalizationName = (normalization: Normalization): string =>
  typeof normalization === 'string'
    ? normalization
    : `mean ${normalization.mean.join(' ')}, std ${normalization.std.join(' ')}`;
