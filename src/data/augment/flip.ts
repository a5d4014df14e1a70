import type { Rng } from '../../random/rng.ts';
import type { RgbImage } from '../resize.ts';

/** Left and right exchanged. */
export function flipped({ width, height, data }: RgbImage): RgbImage {
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      const to = (y * width + width - 1 - x) * 3;
      out[to] = data[from]!;
      out[to + 1] = data[from + 1]!;
      out[to + 2] = data[from + 2]!;
    }
  }
  return { width, height, data: out };
}

/** Flipped with the given probability; one number is drawn whatever happens. */
export const randomFlip = (image: RgbImage, probability: number, rng: Rng): RgbImage =>
  rng.uniform() < probability ? flipped(image) : image;
