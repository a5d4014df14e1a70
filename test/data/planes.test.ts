/** Images of one and four channels, and of 16 bits: against the three-channel path, formulas, and files that sharp writes. */
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bitsOf, decodePlanes } from '../../src/data/decode.ts';
import { normalizationTable } from '../../src/data/normalize.ts';
import type { ChannelCount, PixelForm } from '../../src/data/pixel-form.ts';
import { type Planes, planesOf, transformedPlanes } from '../../src/data/planes.ts';
import { transformed } from '../../src/data/transform.ts';
import { seededRng } from '../../src/random/rng.ts';

const [width, height] = [37, 23];
const rng = seededRng(4);
const rgb = Uint8Array.from({ length: 3 * width * height }, () => rng.integer(256));
const deep = Uint16Array.from({ length: width * height }, () => rng.integer(65_536));
const grey = (bits: 8 | 16): PixelForm => ({ channels: 1, bits });
const form = (channels: ChannelCount): PixelForm => ({ channels, bits: 8 });

const png = (data: Uint8Array, channels: 1 | 3 | 4): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels } }).png().toBuffer();
const deepPng = (): Promise<Buffer> =>
  sharp(deep, { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();

describe('planes', () => {
  it.each([
    { resize: null, height: 20, width: 20 },
    { resize: null, height: 40, width: 30 },
    { resize: 16, height: 16, width: 16 },
    { resize: 60, height: 48, width: 56 },
  ])('are resized and cropped as three channels are: %j', transform => {
    const image = planesOf({ width, height, data: rgb }, 3, form(3));
    expect([...transformedPlanes(image, transform, form(3))]).toEqual([
      ...transformed({ width, height, data: rgb }, transform),
    ]);
  });

  it('of 16 bits give what 8 bits give, and what lies between', () => {
    const transform = { resize: 60, height: 48, width: 56 };
    const eight = transformedPlanes(planesOf({ width, height, data: rgb }, 3, grey(8)), transform, grey(8));
    const spread: Planes = {
      width,
      height,
      planes: planesOf({ width, height, data: rgb }, 3, grey(8)).planes.map(plane =>
        Uint16Array.from(plane, v => 257 * v),
      ),
    };
    const sixteen = transformedPlanes(spread, transform, grey(16));
    expect(sixteen).toBeInstanceOf(Uint16Array);
    const apart = [...sixteen].map((value, i) => Math.abs(value / 257 - (eight[i] ?? 0)));
    // Two roundings to whole bytes, one in each pass.
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    expect([...sixteen].some(value => value % 257 !== 0)).toBe(true);
  });
});

describe('decodePlanes', () => {
  it('makes grey of colours by 0.299 R + 0.587 G + 0.114 B', async () => {
    const { planes } = await decodePlanes(await png(rgb, 3), grey(8));
    expect(planes).toHaveLength(1);
    for (let i = 0; i < width * height; i++) {
      const [r = 0, g = 0, b = 0] = rgb.subarray(3 * i, 3 * i + 3);
      expect(Math.abs((planes[0]?.[i] ?? -9) - (0.299 * r + 0.587 * g + 0.114 * b))).toBeLessThanOrEqual(0.502);
    }
  });

  it('keeps all 16 bits of a grey file, and the upper 8 where 8 are wanted', async () => {
    const file = await deepPng();
    expect(await bitsOf(file)).toBe(16);
    const { planes } = await decodePlanes(file, grey(16));
    expect([...(planes[0] ?? [])]).toEqual([...deep]);
    const upper = await decodePlanes(file, grey(8));
    expect([...(upper.planes[0] ?? [])]).toEqual([...deep].map(value => value >> 8));
  });

  it('reads grey as grey, repeats it for colours, and spreads it over 16 bits', async () => {
    const bytes = rgb.subarray(0, width * height);
    const file = await png(bytes, 1);
    expect(await bitsOf(file)).toBe(8);
    expect([...((await decodePlanes(file, grey(8))).planes[0] ?? [])]).toEqual([...bytes]);
    const colours = await decodePlanes(file, form(3));
    expect(colours.planes.map(plane => [...plane])).toEqual([[...bytes], [...bytes], [...bytes]]);
    expect([...((await decodePlanes(file, grey(16))).planes[0] ?? [])]).toEqual([...bytes].map(value => 257 * value));
  });

  it('gives four channels with alpha, opaque where a file has none', async () => {
    const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) => (i * 31) % 256);
    const found = await decodePlanes(await png(rgba, 4), form(4));
    for (const c of [0, 1, 2, 3]) expect([...(found.planes[c] ?? [])]).toEqual([...rgba].filter((_, i) => i % 4 === c));
    const opaque = await decodePlanes(await png(rgb, 3), form(4));
    expect(new Set(opaque.planes[3])).toEqual(new Set([255]));
  });
});

describe('normalizationTable of other forms', () => {
  it('reads grey by the mean of the channels, alpha as a share, and 16 bits as shares of 65,535', () => {
    const table = normalizationTable('torchvision', grey(8));
    expect(table).toHaveLength(256);
    expect(table[255]).toBeCloseTo((1 - (0.485 + 0.456 + 0.406) / 3) / ((0.229 + 0.224 + 0.225) / 3), 5);
    expect(normalizationTable('unit', grey(16))[65_535]).toBe(1);
    expect(normalizationTable('none', grey(16))[257 * 90]).toBeCloseTo(90, 4);
    const four = normalizationTable('torchvision', form(4));
    expect(four[3 * 256 + 51]).toBeCloseTo(0.2, 6);
    expect(four.subarray(0, 768)).toEqual(normalizationTable('torchvision'));
  });
});
