import type { RgbImage } from '../../../src/data/resize.ts';

/** The image that the tables of Pillow were made from. */
export function synthetic(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) data[i++] = (31 * x + 17 * y + 7 * x * y + 90 * c + x * x * y) % 256;
  return { width, height, data };
}
