/** A random part of the image at the size of the network's input (Szegedy et al. 2015, section 6; the rules of torchvision). */
import type { Rng } from '../../random/rng.ts';
import { type RgbImage, resizeBilinear } from '../resize.ts';

export interface CropRange {
  /** The share of the image's area, least and most; 0.08 to 1 by default. */
  readonly scale: readonly [number, number];
  /** Width over height, least and most; 3/4 to 4/3 by default. */
  readonly ratio: readonly [number, number];
}

export const defaultCropRange: CropRange = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] };

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const attempts = 10;

/**
 * Area uniform within `scale`, aspect ratio log-uniform within `ratio`, position uniform. A box that does not fit is drawn
 * again, ten times at most; then the largest centred box whose ratio is within the range is taken.
 */
export function cropBox(width: number, height: number, { scale, ratio }: CropRange, rng: Rng): Box {
  const area = width * height;
  const between = (low: number, high: number): number => low + (high - low) * rng.uniform();
  for (let attempt = 0; attempt < attempts; attempt++) {
    const target = area * between(scale[0], scale[1]);
    const aspect = Math.exp(between(Math.log(ratio[0]), Math.log(ratio[1])));
    const w = Math.round(Math.sqrt(target * aspect));
    const h = Math.round(Math.sqrt(target / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height)
      return { left: rng.integer(width - w + 1), top: rng.integer(height - h + 1), width: w, height: h };
  }
  return centredBox(width, height, ratio);
}

function centredBox(width: number, height: number, ratio: readonly [number, number]): Box {
  const have = width / height;
  const w = have > ratio[1] ? Math.round(height * ratio[1]) : width;
  const h = have < ratio[0] ? Math.round(width / ratio[0]) : height;
  return { left: (width - w) >> 1, top: (height - h) >> 1, width: w, height: h };
}

export function cropped(image: RgbImage, { left, top, width, height }: Box): RgbImage {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * image.width + left) * 3;
    out.set(image.data.subarray(from, from + width * 3), y * width * 3);
  }
  return { width, height, data: out };
}

/** The box of `cropBox`, resized as Pillow does it. */
export function randomResizedCrop(
  image: RgbImage,
  width: number,
  height: number,
  range: CropRange,
  rng: Rng,
): RgbImage {
  return resizeBilinear(cropped(image, cropBox(image.width, image.height, range, rng)), width, height);
}
