import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { normalizationTable } from '../../src/data/normalize.ts';
import { imageBytes } from '../../src/data/pixel-form.ts';
import { fillBatch, inputData, typedTable } from '../../src/images/fill-batch.ts';
import { pixelReader } from '../../src/images/pixel-reader.ts';
import { fromHalf } from '../../src/onnx/half.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-fill-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const [height, width, images] = [2, 3, 4];
const area = height * width;
const bytes = Uint8Array.from({ length: images * 3 * area }, (_, i) => (i * 37) % 256);
const path = join(scratch, 'pixels');
writeFileSync(path, bytes);
const positions = Int32Array.of(3, 0, 2);

/** The formula, image by image: (x / 255 - mean) / std at channel c, pixel i of the k-th position. */
const expected = (k: number, c: number, i: number): number =>
  (bytes[(positions[k] ?? 0) * 3 * area + c * area + i]! / 255 - [0.485, 0.456, 0.406][c]!) / [0.229, 0.224, 0.225][c]!;

describe('fillBatch', () => {
  it.each([
    ['float32', 'nchw', 'rgb'],
    ['float32', 'nchw', 'bgr'],
    ['float32', 'nhwc', 'rgb'],
    ['float16', 'nchw', 'rgb'],
    ['float16', 'nhwc', 'bgr'],
  ] as const)('puts every value where %s %s %s wants it', (type, layout, channels) => {
    const data = inputData(2 * 3 * area, type);
    const table = normalizationTable('torchvision');
    const source = { path, height, width, positions, table, channels };
    const pixels = pixelReader(source);
    fillBatch(data, 1, 3, pixels.read, new Uint8Array(3 * area), source, layout, typedTable(table, type));
    pixels.close();
    for (let k = 1; k < 3; k++)
      for (let c = 0; c < 3; c++)
        for (let i = 0; i < area; i++) {
          const channel = channels === 'rgb' ? c : 2 - c;
          const at = (k - 1) * 3 * area + (layout === 'nchw' ? channel * area + i : i * 3 + channel);
          const value = type === 'float16' ? fromHalf(data[at]!) : data[at]!;
          expect(Math.abs(value - expected(k, c, i))).toBeLessThan(type === 'float16' ? 2e-3 : 1e-6);
        }
  });
  it('reads images that lie in files of their own as those that lie in one', () => {
    const files = Array.from({ length: images }, (_, i) => join(scratch, `pixels-${i}`));
    for (const [i, file] of files.entries()) writeFileSync(file, bytes.subarray(i * 3 * area, (i + 1) * 3 * area));
    const [one, each] = [pixelReader({ path }), pixelReader({ path: 'several', files })];
    for (const position of [2, 0, 3]) {
      const [a, b] = [new Uint8Array(3 * area), new Uint8Array(3 * area)];
      one.read(position, a);
      each.read(position, b);
      expect(b).toEqual(a);
      expect(a[0]).toBe((position * 3 * area * 37) % 256);
    }
    one.close();
    expect(() => each.read(images, new Uint8Array(3 * area))).toThrow('fewer prepared images');
    expect(() => each.read(0, new Uint8Array(3 * area + 1))).toThrow('ends too early');
  });
  it.each([
    [1, 8, 'nchw'],
    [1, 16, 'nhwc'],
    [4, 8, 'nhwc'],
    [4, 16, 'nchw'],
  ] as const)('fills %i channels of %i bits, %s', (count, bits, layout) => {
    const form = { channels: count, bits };
    const samples = Array.from({ length: 2 * count * area }, (_, i) => (i * 7919) % 2 ** bits);
    const file = join(scratch, 'form');
    writeFileSync(file, bits === 8 ? Uint8Array.from(samples) : new Uint8Array(Uint16Array.from(samples).buffer));
    const table = normalizationTable('unit', form);
    const data = inputData(2 * count * area, 'float32');
    const { read, close } = pixelReader({ path: file });
    const source = { path: file, height, width, positions: Int32Array.of(1, 0), table, channels: 'bgr', form } as const;
    fillBatch(data, 0, 2, read, new Uint8Array(imageBytes(form, height, width)), source, layout, table);
    close();
    for (let k = 0; k < 2; k++)
      for (let c = 0; c < count; c++)
        for (let i = 0; i < area; i++) {
          // B, G, R, and alpha stays behind.
          const channel = count === 1 || c === 3 ? c : 2 - c;
          const at = k * count * area + (layout === 'nchw' ? channel * area + i : i * count + channel);
          expect(data[at]).toBeCloseTo((samples[(1 - k) * count * area + c * area + i] ?? 0) / (2 ** bits - 1), 5);
        }
  });
  it('gives bytes as they are to a network that takes bytes', () => {
    const table = typedTable(normalizationTable('none'), 'uint8');
    expect([...table.subarray(256, 512)]).toEqual([...Array(256).keys()]);
  });
});
