import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { augmented, mixedBatch, namedAugmentation, noAugmentation } from '../../../src/data/augment/augmentation.ts';
import { colourJitter } from '../../../src/data/augment/colour-jitter.ts';
import { cutBox, withBox } from '../../../src/data/augment/cutmix.ts';
import { flipped, randomFlip } from '../../../src/data/augment/flip.ts';
import { mixedRows, mixup, type SoftBatch } from '../../../src/data/augment/mixup.ts';
import { randomPadAndCrop, shifted } from '../../../src/data/augment/pad-and-crop.ts';
import { cropBox, defaultCropRange } from '../../../src/data/augment/random-resized-crop.ts';
import { transformed } from '../../../src/data/transform.ts';
import { keyedRng } from '../../../src/random/keyed-rng.ts';
import type { Rng } from '../../../src/random/rng.ts';
import { synthetic } from './images.ts';

/** Gives the numbers of a list. */
const scripted = (...numbers: number[]): Rng => ({
  uniform: () => numbers.shift() ?? 0,
  integer: n => Math.floor((numbers.shift() ?? 0) * n),
  state: () => [],
});
const image = synthetic(37, 23);
const key = fc.integer({ min: 0, max: 1e9 });

describe('flip', () => {
  it('is its own inverse, and falls by the number that is drawn', () => {
    expect(flipped(flipped(image)).data).toEqual(image.data);
    expect(randomFlip(image, 0.5, scripted(0.49)).data).toEqual(flipped(image).data);
    expect(randomFlip(image, 0.5, scripted(0.5))).toBe(image);
  });
});

describe('pad and crop', () => {
  it('moves by every offset of the padding, equally often', () => {
    const dot = { width: 3, height: 3, data: new Uint8Array(27) };
    dot.data.fill(200, 12, 15); // the middle
    const seen = new Map<string, number>();
    for (let i = 0; i < 9000; i++) {
      const { data } = randomPadAndCrop(dot, 1, keyedRng(5, i));
      const at = String(data.indexOf(200) / 3);
      seen.set(at, (seen.get(at) ?? 0) + 1);
    }
    expect([...seen.keys()].sort()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8']);
    // Chi-square with 8 degrees of freedom: 26.1 at 0.001.
    const chi = [...seen.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(26.1);
  });
  it('is undone by the opposite shift where nothing fell off', () => {
    const back = shifted(shifted(image, 4, -3), -4, 3);
    for (let y = 0; y < 20; y++)
      for (let x = 4; x < 37; x++) expect(back.data[(y * 37 + x) * 3]).toBe(image.data[(y * 37 + x) * 3]);
  });
});

describe('random resized crop', () => {
  it('takes area, ratio, column and row in this order', () => {
    // Area 0.25 of 40 x 40 = 400 at ratio 1: 20 x 20; then half of the 21 places each.
    const range = { scale: [0.25, 0.25], ratio: [1, 1] } as const;
    expect(cropBox(40, 40, range, scripted(0, 0, 0.5, 0.99))).toEqual({ left: 10, top: 20, width: 20, height: 20 });
  });
  it('keeps to its range and its image', () => {
    fc.assert(
      fc.property(key, fc.integer({ min: 8, max: 300 }), fc.integer({ min: 8, max: 300 }), (seed, width, height) => {
        const box = cropBox(width, height, defaultCropRange, keyedRng(seed));
        expect(box.left).toBeGreaterThanOrEqual(0);
        expect(box.top).toBeGreaterThanOrEqual(0);
        expect(box.left + box.width).toBeLessThanOrEqual(width);
        expect(box.top + box.height).toBeLessThanOrEqual(height);
        // The ratio to within the rounding of its sides.
        expect((box.width + 0.5) / (box.height - 0.5)).toBeGreaterThanOrEqual(3 / 4);
        expect((box.width - 0.5) / (box.height + 0.5)).toBeLessThanOrEqual(4 / 3);
      }),
    );
  });
  it('takes the centre where nothing fits', () => {
    expect(cropBox(100, 8, defaultCropRange, keyedRng(3))).toEqual({ left: 44, top: 0, width: 11, height: 8 });
  });
  it('has areas that are uniform', () => {
    const shares = Array.from({ length: 4000 }, (_, i) => {
      const box = cropBox(400, 400, { scale: [0.2, 0.6], ratio: [1, 1] }, keyedRng(11, i));
      return (box.width * box.height) / 160_000;
    });
    const mean = shares.reduce((a, b) => a + b) / shares.length;
    expect(mean).toBeCloseTo(0.4, 2);
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
    expect(variance).toBeCloseTo(0.4 ** 2 / 12, 3);
  });
});

describe('colour jitter', () => {
  it('of no strength is the image', () => {
    const none = { brightness: 0, contrast: 0, saturation: 0, hue: 0 };
    expect(colourJitter(image, none, keyedRng(1)).data).toEqual(image.data);
  });
  it('keeps grey images grey', () => {
    const grey = { width: 4, height: 4, data: Uint8Array.from({ length: 48 }, (_, i) => 5 * Math.floor(i / 3)) };
    const { data } = colourJitter(grey, { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }, keyedRng(2));
    for (let i = 0; i < 48; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]]);
  });
});

const batchOf = (count: number, height = 4, width = 5, classes = 3): SoftBatch => ({
  images: Float32Array.from({ length: count * 3 * height * width }, (_, i) => Math.floor(i / (3 * height * width))),
  targets: Float32Array.from({ length: count * classes }, (_, i) =>
    i % classes === Math.floor(i / classes) % classes ? 1 : 0,
  ),
  count,
  height,
  width,
  layout: 'nchw',
});

describe('mixup', () => {
  it('blends each row with the mirrored one', () => {
    expect([...mixedRows(Float32Array.of(1, 2, 10, 20, 100, 200), 3, 0.75)]).toEqual([
      25.75, 51.5, 10, 20, 75.25, 150.5,
    ]);
  });
  it('keeps targets shares, with the same lambda as the images', () => {
    fc.assert(
      fc.property(key, seed => {
        const mixed = mixup(batchOf(4), 0.4, keyedRng(seed));
        for (let i = 0; i < 4; i++) {
          const row = mixed.targets.subarray(3 * i, 3 * i + 3);
          expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
          // Image i holds i: lambda i + (1 - lambda) (3 - i).
          const lambda = (mixed.images[i * 60]! - (3 - i)) / (2 * i - 3);
          expect(row[i % 3] ?? 0).toBeCloseTo(i % 3 === (3 - i) % 3 ? 1 : lambda, 5);
        }
      }),
    );
  });
});

describe('cutmix', () => {
  it('cuts the box of equation 2', () => {
    // lambda 0.75: half of each side, centred at (4, 2).
    expect(cutBox(8, 8, 0.75, scripted(0.5, 0.25))).toEqual({ left: 2, top: 0, width: 4, height: 4 });
    expect(cutBox(8, 8, 0.75, scripted(0, 0.99))).toEqual({ left: 0, top: 5, width: 2, height: 3 });
  });
  it('mixes targets by the area that is covered', () => {
    const mixed = withBox(batchOf(2), { left: 1, top: 1, width: 2, height: 3 });
    expect([...mixed.targets.subarray(0, 3)].map(share => Math.round(1000 * share) / 1000)).toEqual([0.7, 0.3, 0]);
    expect([...mixed.images.subarray(0, 20)]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0]);
    const sum = mixed.images.reduce((a, b) => a + b);
    expect(sum).toBe(60); // what one image loses, the other gains
  });
  it('cuts the same box out of rows of pixels as out of planes', () => {
    const [count, height, width] = [3, 4, 5];
    const area = height * width;
    const asPixels = (planes: Float32Array): Float32Array =>
      planes.map((_, at) => {
        const within = at % (3 * area);
        return planes[at - within + (within % 3) * area + Math.floor(within / 3)]!;
      });
    const planes = { ...batchOf(count), images: Float32Array.from({ length: count * 3 * area }, (_, i) => i) };
    const box = { left: 1, top: 1, width: 3, height: 2 };
    const cut = withBox(planes, box);
    const pixels = withBox({ ...planes, images: asPixels(planes.images), layout: 'nhwc' }, box);
    expect(pixels.images).toEqual(asPixels(cut.images));
    expect(pixels.targets).toEqual(cut.targets);
    expect(cut.images).not.toEqual(planes.images);
  });
});

describe('augmented', () => {
  const transform = { resize: 23, height: 20, width: 20 };
  it('without augmentation is what a network is scored on', () => {
    expect(augmented(image, noAugmentation, transform, keyedRng(0))).toEqual(transformed(image, transform));
  });
  it('follows from the generator alone', () => {
    for (const name of ['flip', 'default', 'strong'] as const) {
      const recipe = namedAugmentation(name, 224);
      const once = augmented(image, recipe, transform, keyedRng(4, 1));
      expect(augmented(image, recipe, transform, keyedRng(4, 1))).toEqual(once);
      const others = Array.from({ length: 8 }, (_, i) => augmented(image, recipe, transform, keyedRng(4, 2 + i)));
      expect(others.some(other => !Buffer.from(other).equals(Buffer.from(once)))).toBe(true);
    }
  });
  it('pads small images and crops large ones', () => {
    expect(namedAugmentation('default', 32).crop).toEqual({ kind: 'pad', padding: 4 });
    expect(namedAugmentation('default', 224).crop).toEqual({ kind: 'resized', ...defaultCropRange });
  });
  it('mixes by the one or the other, at equal odds', () => {
    const recipe = { ...noAugmentation, mixup: 0.2, cutmix: 1 };
    const blended = Array.from({ length: 400 }, (_, i) => mixedBatch(batchOf(2), recipe, keyedRng(9, i))).filter(
      // A blend leaves no pixel of the first image at its own value.
      ({ images }) => images.subarray(0, 60).every(value => value !== 0 && value !== 1),
    ).length;
    expect(blended).toBeGreaterThan(150);
    expect(blended).toBeLessThan(230);
    expect(mixedBatch(batchOf(2), noAugmentation, keyedRng(0)).images).toEqual(batchOf(2).images);
  });
});
