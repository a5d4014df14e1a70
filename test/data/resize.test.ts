import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RgbImage, resizeBilinear } from '../../src/data/resize.ts';
import { centerCrop, resizeShortSide, transformed } from '../../src/data/transform.ts';

interface Case {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly sha256: string;
  readonly pixels?: readonly number[];
}
/** What Pillow's `resize(..., BILINEAR)` makes of the image below. */
const { cases } = JSON.parse(readFileSync(new URL('./fixtures/pillow-resize.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

function synthetic(width: number, height: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) data[i++] = (31 * x + 17 * y + 7 * x * y + 90 * c + x * x * y) % 256;
  return { width, height, data };
}

describe('resizeBilinear', () => {
  it.each(cases)('agrees with Pillow byte for byte: $from to $to', ({ from, to, sha256, pixels }) => {
    const { width, height, data } = resizeBilinear(synthetic(...from), ...to);
    expect([width, height]).toEqual(to);
    if (pixels) expect([...data]).toEqual(pixels);
    expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
  });
  it('leaves one colour as it is', () => {
    const side = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(side, side, side, side, fc.integer({ min: 0, max: 255 }), (w, h, tw, th, value) => {
        const image = { width: w, height: h, data: new Uint8Array(w * h * 3).fill(value) };
        expect(resizeBilinear(image, tw, th).data).toEqual(new Uint8Array(tw * th * 3).fill(value));
      }),
    );
  });
  it('commutes with turning the image into its mirror', () => {
    const mirror = ({ width, height, data }: RgbImage): RgbImage => {
      const out = new Uint8Array(data.length);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let c = 0; c < 3; c++) out[(y * width + x) * 3 + c] = data[(y * width + width - 1 - x) * 3 + c]!;
      return { width, height, data: out };
    };
    const image = synthetic(40, 20);
    expect(resizeBilinear(mirror(image), 20, 10).data).toEqual(mirror(resizeBilinear(image, 20, 10)).data);
  });
});

describe('resizeShortSide', () => {
  it.each([
    [500, 375, 256, 341, 256],
    [375, 500, 256, 256, 341],
    [256, 341, 256, 256, 341],
    [100, 100, 256, 256, 256],
    [333, 500, 256, 256, 384],
  ])('%i x %i with the short side %i is %i x %i', (w, h, short, width, height) => {
    expect(resizeShortSide(synthetic(w, h), short)).toMatchObject({ width, height });
  });
});

describe('centerCrop', () => {
  const at = (planes: Uint8Array, area: number, i: number): number[] => [0, 1, 2].map(c => planes[c * area + i]!);
  // torchvision: round((w - 2) / 2) with ties to even, so 1.5 -> 2 for w = 5 and 0.5 -> 0 for w = 3.
  it.each([
    [5, 2],
    [3, 0],
    [4, 1],
    [7, 2],
  ])('of %i columns, two start at column %i', (width, first) => {
    const image = synthetic(width, 2);
    const planes = centerCrop(image, 2, 2);
    expect(at(planes, 4, 0)).toEqual([...image.data.subarray(first * 3, first * 3 + 3)]);
  });
  it('pads an image that is too small, the larger half at the right and bottom', () => {
    const image = { width: 1, height: 2, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const planes = centerCrop(image, 3, 4);
    const red = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    red[1] = 1;
    red[5] = 4;
    expect([...planes.subarray(0, 12)]).toEqual(red);
    expect(at(planes, 12, 5)).toEqual([4, 5, 6]);
  });
  it('takes the whole of an image that fits', () => {
    const image = synthetic(6, 4);
    const planes = transformed(image, { resize: null, height: 4, width: 6 });
    for (let i = 0; i < 24; i++) expect(at(planes, 24, i)).toEqual([...image.data.subarray(i * 3, i * 3 + 3)]);
  });
});
