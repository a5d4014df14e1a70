/** Random changes of brightness, contrast, saturation and hue, on bytes and with the rounding of Pillow's ImageEnhance. */
import { type Rng, shuffled } from '../../random/rng.ts';
import type { RgbImage } from '../resize.ts';
import { shiftedHue } from './hue.ts';

/** How far each factor may leave 1, at most 1; for the hue, the largest turn in whole turns, at most 0.5. */
export interface JitterStrength {
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  readonly hue: number;
}

/** Each change with its own factor, in random order, as torchvision does it; what has no strength is left out. */
export function colourJitter(image: RgbImage, strength: JitterStrength, rng: Rng): RgbImage {
  const { brightness, contrast, saturation, hue } = strength;
  const about = (middle: number, reach: number): number => middle + reach * (2 * rng.uniform() - 1);
  const changes: ((image: RgbImage) => RgbImage)[] = [];
  const add = (reach: number, middle: number, change: (image: RgbImage, factor: number) => RgbImage): void => {
    if (reach === 0) return;
    const factor = about(middle, reach);
    changes.push(before => change(before, factor));
  };
  add(brightness, 1, withBrightness);
  add(contrast, 1, withContrast);
  add(saturation, 1, withSaturation);
  add(hue, 0, shiftedHue);
  return shuffled(changes, rng).reduce((changed, change) => change(changed), image);
}

/** 0 is black, 1 the image. */
export const withBrightness = (image: RgbImage, factor: number): RgbImage => blended(image, () => 0, factor);

/** 0 is grey of the mean luminance, 1 the image. */
export function withContrast(image: RgbImage, factor: number): RgbImage {
  const pixels = image.data.length / 3;
  let sum = 0;
  for (let i = 0; i < pixels; i++) sum += luminance(image.data, 3 * i);
  const mean = Math.trunc(sum / pixels + 0.5);
  return blended(image, () => mean, factor);
}

/** 0 is the grey image, 1 the image. */
export const withSaturation = (image: RgbImage, factor: number): RgbImage =>
  blended(image, pixel => luminance(image.data, pixel), factor);

/** ITU-R BT.601 luma in Pillow's fixed point. */
const luminance = (data: Uint8Array, at: number): number =>
  (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;

/** other + factor (image - other) in single precision, cut off to a byte. */
function blended({ width, height, data }: RgbImage, other: (pixel: number) => number, factor: number): RgbImage {
  const out = new Uint8Array(data.length);
  const f = Math.fround(factor);
  for (let pixel = 0; pixel < data.length; pixel += 3) {
    const from = other(pixel);
    for (let at = pixel; at < pixel + 3; at++) {
      const value = Math.fround(from + Math.fround(f * (data[at]! - from)));
      out[at] = value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
    }
  }
  return { width, height, data: out };
}
