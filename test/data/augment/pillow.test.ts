/** Every change of an image against Pillow, byte for byte: the table was made with ImageEnhance, HSV, crop and resize. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withBrightness, withContrast, withSaturation } from '../../../src/data/augment/colour-jitter.ts';
import { flipped } from '../../../src/data/augment/flip.ts';
import { shiftedHue } from '../../../src/data/augment/hue.ts';
import { shifted } from '../../../src/data/augment/pad-and-crop.ts';
import { cropped } from '../../../src/data/augment/random-resized-crop.ts';
import { type RgbImage, resizeBilinear } from '../../../src/data/resize.ts';
import { synthetic } from './images.ts';

interface Case {
  readonly op: string;
  readonly args: readonly number[];
  readonly size: readonly [number, number];
  readonly sha256: string;
  readonly first: readonly number[];
}
const { cases } = JSON.parse(readFileSync(new URL('../fixtures/pillow-augment.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly Case[];
};

const image = synthetic(37, 23);
const operations: Readonly<Record<string, (...args: readonly number[]) => RgbImage>> = {
  brightness: factor => withBrightness(image, factor!),
  contrast: factor => withContrast(image, factor!),
  saturation: factor => withSaturation(image, factor!),
  hue: turn => shiftedHue(image, turn!),
  flip: () => flipped(image),
  shift: (left, top) => shifted(image, left!, top!),
  'resized-crop': (left, top, width, height, w, h) =>
    resizeBilinear(cropped(image, { left: left!, top: top!, width: width!, height: height! }), w!, h!),
};

describe('as Pillow does it', () => {
  it.each(cases)('$op $args', ({ op, args, size, sha256, first }) => {
    const { width, height, data } = operations[op]!(...args);
    expect([width, height]).toEqual(size);
    expect([...data.subarray(0, 12)]).toEqual(first);
    expect(createHash('sha256').update(data).digest('hex')).toBe(sha256);
  });
});
