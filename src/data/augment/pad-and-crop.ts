import type { Rng } from '../../random/rng.ts';
import type { RgbImage } from '../resize.ts';

/**
 * Zeros are put around the image, `padding` pixels on each side, and a window of its own size is cut out at random (He et al.
 * 2016, section 4.2: the augmentation of CIFAR).
 */
export function randomPadAndCrop(image: RgbImage, padding: number, rng: Rng): RgbImage {
  const left = rng.integer(2 * padding + 1) - padding;
  const top = rng.integer(2 * padding + 1) - padding;
  return shifted(image, left, top);
}

/** The window of the image's size whose upper left corner is at (left, top); black outside the image. */
export function shifted({ width, height, data }: RgbImage, left: number, top: number): RgbImage {
  const out = new Uint8Array(data.length);
  const from = Math.max(0, left);
  const columns = Math.min(width, width + left) - from;
  if (columns > 0)
    for (let y = Math.max(0, -top); y < Math.min(height, height - top); y++) {
      const source = ((y + top) * width + from) * 3;
      out.set(data.subarray(source, source + columns * 3), (y * width + from - left) * 3);
    }
  return { width, height, data: out };
}
