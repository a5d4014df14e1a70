/** JPEG, PNG, WebP, GIF, TIFF, AVIF and BMP to 8-bit RGB, as Pillow's `Image.open(...).convert('RGB')` gives it. */
import sharp from 'sharp';
import { decodeBmp, isBmp } from './bmp.ts';
import type { PixelForm } from './pixel-form.ts';
import { type Planes, planesOf, type Samples } from './planes.ts';
import type { RgbImage } from './resize.ts';

// A pool decodes one image per thread already, and no image is read twice.
sharp.concurrency(1);
sharp.cache(false);

/**
 * No rotation by EXIF, no colour profile, transparency dropped and not blended, grey repeated, CMYK by the plain product
 * formula; of 16 bits the upper 8; of several pages or frames the first. Rejects when the file is no image, is damaged or ends too early.
 */
export async function decodeRgb(bytes: Uint8Array): Promise<RgbImage> {
  if (isBmp(bytes)) return decodeBmp(bytes);
  const image = sharp(bytes, { ignoreIcc: true, failOn: 'error' });
  const { space, depth } = await image.metadata();
  demandWhole(depth);
  const cmyk = space === 'cmyk';
  const raw = cmyk ? image.pipelineColourspace('cmyk').toColourspace('cmyk') : image;
  const { data, info } = await raw.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (cmyk) return { width, height, data: cmykToRgb(data, channels) };
  if (channels === 3) return { width, height, data };
  return { width, height, data: pickRgb(data, channels) };
}

/**
 * The planes that a network of that form takes. Of 16 bits, files of 8 bits are spread over them (257 x), and those of 16 keep all; of 8 bits, the upper 8
 * count. Rejects as `decodeRgb` does.
 */
export async function decodePlanes(bytes: Uint8Array, form: PixelForm): Promise<Planes> {
  const image = sharp(bytes, { ignoreIcc: true, failOn: 'error' });
  const { space, depth } = isBmp(bytes) ? { space: 'srgb', depth: 'uchar' } : await image.metadata();
  if (isBmp(bytes) || space === 'cmyk') {
    const rgb = await decodeRgb(bytes);
    return planesOf({ ...rgb, data: form.bits === 16 ? spread(rgb.data) : rgb.data }, 3, form);
  }
  demandWhole(depth);
  const deep = depth === 'ushort';
  const grey = space === 'b-w' || space === 'grey16';
  const asIs = deep ? image.toColourspace(grey ? 'grey16' : 'rgb16') : grey ? image.toColourspace('b-w') : image;
  const { data, info } = await asIs.raw({ depth: deep ? 'ushort' : 'uchar' }).toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return planesOf({ width, height, data: inBits(data, deep, form) }, channels, form);
}

function inBits(data: Buffer, deep: boolean, { bits }: PixelForm): Samples {
  if (!deep) return bits === 16 ? spread(data) : data;
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return bits === 16 ? samples : Uint8Array.from(samples, value => value >> 8);
}

/** Of a picture on disk; null where it cannot be told. */
export async function bitsOf(bytes: Uint8Array): Promise<8 | 16 | null> {
  if (isBmp(bytes)) return 8;
  try {
    const { depth } = await sharp(bytes).metadata();
    return depth === 'ushort' ? 16 : depth === 'uchar' ? 8 : null;
  } catch {
    return null;
  }
}

/** 8 bits as 16: from 0 to 65,535, too. */
export const spread = (bytes: Uint8Array): Uint16Array => Uint16Array.from(bytes, value => 257 * value);

/** Floats from 0 to 1 would become black without a word. */
function demandWhole(depth: string | undefined): void {
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new Error(`its samples are of the type ${depth}, expected 8 or 16 bits`);
}

/** R, G, B of pixels with more or fewer channels: the first repeated when there is one (and alpha), else the first three. */
function pickRgb(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  const [g, b] = channels < 3 ? [0, 0] : [1, 2];
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels, to += 3) {
    rgb[to] = data[from]!;
    rgb[to + 1] = data[from + g]!;
    rgb[to + 2] = data[from + b]!;
  }
  return rgb;
}

/** r = (1 - c)(1 - k), with Pillow's rounding of a product of bytes. */
function cmykToRgb(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const light = 255 - data[i * channels + 3]!;
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = Math.max(0, light - timesOver255(data[i * channels + c]!, light));
  }
  return rgb;
}

/** a b / 255, rounded, without a division (Blinn 1994). */
function timesOver255(a: number, b: number): number {
  const t = a * b + 128;
  return ((t >> 8) + t) >> 8;
}
