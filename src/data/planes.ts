/**
 * Images of one or four channels, and those of 16 bits: plane by plane, resized by the filter of `resize.ts` and cropped as `transform.ts` does it.
 * Grey of 8 bits comes out as Pillow's mode L does.
 */
import type { PixelForm } from './pixel-form.ts';
import { type ResizeWeights, resizeWeights } from './resize.ts';
import { cropOffset, shortSide, type Transform } from './transform.ts';

export type Samples = Uint8Array | Uint16Array;

/** Rows top to bottom: `planes[channel][y * width + x]`. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly planes: readonly Samples[];
}

export const samplesOf = (length: number, { bits }: Pick<PixelForm, 'bits'>): Samples =>
  bits === 16 ? new Uint16Array(length) : new Uint8Array(length);

/**
 * Splits interleaved samples into the planes that are wanted: grey is repeated, or computed as 0.299 R + 0.587 G + 0.114 B (ITU-R 601, in Pillow's
 * fixed point), and a picture without alpha is opaque.
 *
 * @param found channels of the samples: 1 grey, 2 grey and alpha, 3, or 4
 */
export function planesOf(
  { width, height, data }: { readonly width: number; readonly height: number; readonly data: Samples },
  found: number,
  form: PixelForm,
): Planes {
  const area = width * height;
  const plane = (value: (from: number) => number): Samples => {
    const out = samplesOf(area, form);
    for (let i = 0; i < area; i++) out[i] = value(i * found);
    return out;
  };
  const channel = (c: number): Samples => plane(from => data[from + c] ?? 0);
  const colours = found < 3 ? [0, 0, 0] : [0, 1, 2];
  if (form.channels === 1) {
    const grey =
      found < 3
        ? channel(0)
        : plane(from => {
            const [r = 0, g = 0, b = 0] = [data[from], data[from + 1], data[from + 2]];
            return Math.floor((19595 * r + 38470 * g + 7471 * b + 0x8000) / 0x10000);
          });
    return { width, height, planes: [grey] };
  }
  const rgb = colours.map(channel);
  if (form.channels === 3) return { width, height, planes: rgb };
  const alpha = found === 2 || found === 4 ? channel(found - 1) : plane(() => 2 ** form.bits - 1);
  return { width, height, planes: [...rgb, alpha] };
}

/** Resized and cropped, one plane behind the other. */
export function transformedPlanes(image: Planes, { resize, height, width }: Transform, form: PixelForm): Samples {
  const size = resize === null ? image : shortSide(image, resize);
  const out = samplesOf(form.channels * height * width, form);
  for (const [c, plane] of image.planes.entries()) {
    const resized = resizePlane(plane, image, size, form);
    crop(resized, size, out.subarray(c * height * width, (c + 1) * height * width), { width, height });
  }
  return out;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The horizontal pass is rounded to whole samples before the vertical one, as with three channels. */
function resizePlane(plane: Samples, from: Size, to: Size, form: PixelForm): Samples {
  const rows =
    to.width === from.width
      ? plane
      : pass(plane, resizeWeights(from.width, to.width), form, { count: from.height, step: from.width, stride: 1 });
  if (to.height === from.height) return rows;
  return pass(rows, resizeWeights(from.height, to.height), form, { count: to.width, step: 1, stride: to.width });
}

/** Along lines of samples that lie `stride` apart; line k begins at `k step`. 38 bits at most, which a double holds. */
function pass(
  samples: Samples,
  { first, count: taps, fixed, taps: most }: ResizeWeights,
  form: PixelForm,
  { count, step, stride }: { readonly count: number; readonly step: number; readonly stride: number },
): Samples {
  const length = first.length;
  const alongRows = stride === 1;
  const out = samplesOf(length * count, form);
  const largest = 2 ** form.bits - 1;
  for (let line = 0; line < count; line++)
    for (let i = 0; i < length; i++) {
      let sum = 2 ** 21;
      for (let k = 0; k < (taps[i] ?? 0); k++)
        sum += (fixed[i * most + k] ?? 0) * (samples[line * step + ((first[i] ?? 0) + k) * stride] ?? 0);
      out[alongRows ? line * length + i : i * count + line] = Math.min(largest, Math.floor(sum / 2 ** 22));
    }
  return out;
}

/** Black around an image that is too small. */
function crop(plane: Samples, from: Size, into: Samples, to: Size): void {
  const top = cropOffset(from.height, to.height);
  const left = cropOffset(from.width, to.width);
  for (let y = Math.max(0, -top); y < Math.min(to.height, from.height - top); y++)
    for (let x = Math.max(0, -left); x < Math.min(to.width, from.width - left); x++)
      into[y * to.width + x] = plane[(y + top) * from.width + x + left] ?? 0;
}
