/** Resize and crop as torchvision's evaluation transform does: `Resize(short side)`, `CenterCrop`. */
import type { PixelForm } from './pixel-form.ts';
import type { RgbImage } from './resize.ts';
import { resizeBilinear } from './resize.ts';

export interface Transform {
  /** The short side after resizing, in pixels; null leaves the size alone. */
  readonly resize: number | null;
  /** What is cut from the centre, in pixels: the height and width of the network's input. */
  readonly height: number;
  readonly width: number;
  /** What the pixels become; R, G, B of 8 bits where nothing is said. */
  readonly form?: PixelForm;
}

/** Planes R, G, B, each height x width, rows top to bottom. */
export function transformed(image: RgbImage, transform: Transform): Uint8Array {
  const { resize, height, width } = transform;
  const resized = resize === null ? image : resizeShortSide(image, resize);
  return centerCrop(resized, height, width);
}

/** The long side is cut to a whole number of pixels, as torchvision cuts it. */
export function resizeShortSide(image: RgbImage, short: number): RgbImage {
  const size = shortSide(image, short);
  return resizeBilinear(image, size.width, size.height);
}

export const shortSide = (
  { width, height }: Pick<RgbImage, 'width' | 'height'>,
  short: number,
): { readonly width: number; readonly height: number } =>
  width <= height
    ? { width: short, height: Math.trunc((short * height) / width) }
    : { width: Math.trunc((short * width) / height), height: short };

/**
 * The centre `height` x `width` as planes. An image that is too small is first padded with zeros, the smaller half of the
 * padding at the left and top; an odd rest of the crop is rounded to the even offset (Python's `round`).
 */
export function centerCrop(image: RgbImage, height: number, width: number): Uint8Array {
  const top = cropOffset(image.height, height);
  const left = cropOffset(image.width, width);
  const planes = new Uint8Array(3 * height * width);
  const area = height * width;
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(width, image.width - left); x++) {
      const from = ((y + top) * image.width + x + left) * 3;
      const to = y * width + x;
      planes[to] = image.data[from]!;
      planes[area + to] = image.data[from + 1]!;
      planes[2 * area + to] = image.data[from + 2]!;
    }
  }
  return planes;
}

/** Where the crop starts in the image; negative where the image is padded. */
export const cropOffset = (have: number, want: number): number =>
  have >= want ? roundHalfToEven((have - want) / 2) : -Math.floor((want - have) / 2);

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
