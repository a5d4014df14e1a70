/** A box of one image put into another, and the targets mixed by area (Yun et al. 2019, section 3.1). */
import { beta } from '../../random/beta.ts';
import type { Rng } from '../../random/rng.ts';
import { mixedRows, type SoftBatch } from './mixup.ts';
import type { Box } from './random-resized-crop.ts';

/** Each image gets a box of the one at the mirrored place of the batch; one box per batch, its share from Beta(alpha, alpha). */
export function cutmix(batch: SoftBatch, alpha: number, rng: Rng): SoftBatch {
  const box = cutBox(batch.width, batch.height, beta(alpha, alpha, rng), rng);
  return withBox(batch, box);
}

/** Sides sqrt(1 - lambda) of the image's, centred anywhere, cut off at the borders (equation 2). */
export function cutBox(width: number, height: number, lambda: number, rng: Rng): Box {
  const side = Math.sqrt(1 - lambda);
  const w = Math.trunc(width * side);
  const h = Math.trunc(height * side);
  const x = rng.integer(width);
  const y = rng.integer(height);
  const left = Math.max(0, x - (w >> 1));
  const top = Math.max(0, y - (h >> 1));
  return {
    left,
    top,
    width: Math.min(width, x + (w >> 1)) - left,
    height: Math.min(height, y + (h >> 1)) - top,
  };
}

/** The targets follow the area that is really covered. */
export function withBox(batch: SoftBatch, { left, top, width, height }: Box): SoftBatch {
  const { images, targets, count } = batch;
  const area = batch.width * batch.height;
  // What lies side by side in a row of an image: one plane's values of its pixels, or all three.
  const [planes, values] = batch.layout === 'nchw' ? [3, 1] : [1, 3];
  const out = images.slice();
  for (let i = 0; i < count; i++)
    for (let plane = 0; plane < planes; plane++)
      for (let y = top; y < top + height; y++) {
        const within = plane * area + (y * batch.width + left) * values;
        const other = (count - 1 - i) * 3 * area + within;
        out.set(images.subarray(other, other + width * values), i * 3 * area + within);
      }
  return { ...batch, images: out, targets: mixedRows(targets, count, 1 - (width * height) / area) };
}
