import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImageBatchSource } from '../../../src/images/batch-source.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { heldBackOf } from '../../../src/train/refine/held-back.ts';
import { type Items, loadItems } from '../../../src/train/refine/items.ts';

const [height, width, count] = [16, 24, 5] as const;
let folder: string;
let source: ImageBatchSource;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-items-'));
  const rng = seededRng(3);
  const path = join(folder, 'pixels.bin');
  // No zeros, so that what comes in from outside can be told.
  writeFileSync(
    path,
    Uint8Array.from({ length: count * 3 * height * width }, () => 1 + rng.integer(255)),
  );
  const table = Float32Array.from({ length: 3 * 256 }, (_, i) => i % 256);
  source = { path, height, width, positions: Int32Array.of(4, 0, 2), table, channels: 'rgb' };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function itemsIn(layout: 'nchw' | 'nhwc'): Items {
  const shape = layout === 'nchw' ? ['N', 3, height, width] : ['N', height, width, 3];
  const loaded = loadItems(source, [{ name: 'x', type: 'float32', shape }]);
  if (loaded.state === 'failed') throw new Error(loaded.detail);
  return loaded.value;
}

/** Value of channel c at (y, x) of the i-th image of a batch. */
const reader =
  (data: Float32Array, layout: 'nchw' | 'nhwc') =>
  (i: number, c: number, y: number, x: number): number =>
    data[i * 3 * height * width + (layout === 'nchw' ? (c * height + y) * width + x : (y * width + x) * 3 + c)]!;

test('images come as they are without a generator, in the order asked for', () => {
  const items = itemsIn('nchw');
  expect(items.count).toBe(3);
  const all = items.batch([0, 1, 2], null).get('x')!;
  const some = items.batch([2, 0], null).get('x')!;
  const size = 3 * height * width;
  expect(some.subarray(0, size)).toEqual(all.subarray(2 * size));
  expect(some.subarray(size)).toEqual(all.subarray(0, size));
});

test('an image that is changed is the image mirrored or not, moved by an eighth at most, with zeros outside', () => {
  const items = itemsIn('nchw');
  const plain = reader(items.batch([1], null).get('x')!, 'nchw');
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const changed = reader(items.batch([1], seededRng(seed)).get('x')!, 'nchw');
    const fits = (mirrored: boolean, dy: number, dx: number): boolean => {
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const [from, along] = [y - dy, x - dx];
            const inside = from >= 0 && from < height && along >= 0 && along < width;
            const expected = inside ? plain(0, c, from, mirrored ? width - 1 - along : along) : 0;
            if (changed(0, c, y, x) !== expected) return false;
          }
      return true;
    };
    const found = [false, true].flatMap(mirrored =>
      Array.from({ length: 5 }, (_, i) => i - 2).flatMap(dy =>
        Array.from({ length: 7 }, (_, i) => i - 3).flatMap(dx =>
          fits(mirrored, dy, dx) ? [`${mirrored} ${dy} ${dx}`] : [],
        ),
      ),
    );
    expect(found).toHaveLength(1);
    seen.add(found[0]!);
  }
  expect(seen.size).toBeGreaterThan(20);
});

test('both layouts are changed alike by the same generator', () => {
  const [one, other] = [itemsIn('nchw'), itemsIn('nhwc')];
  const a = reader(one.batch([0, 2], seededRng(9)).get('x')!, 'nchw');
  const b = reader(other.batch([0, 2], seededRng(9)).get('x')!, 'nhwc');
  for (let i = 0; i < 2; i++)
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) expect(b(i, c, y, x)).toBe(a(i, c, y, x));
});

test('items that have all axes of their inputs are refused, and not cut', () => {
  const whole = { tensors: [{ name: 'x', items: [] }], positions: Int32Array.of(0, 1), whole: true };
  const loaded = loadItems(whole, [{ name: 'x', type: 'float32', shape: [4, 3] }]);
  expect(loaded).toMatchObject({ state: 'failed', detail: 'its inputs have no batch dimension in common' });
});

test('a fifth of the images is held back, each image on one side', () => {
  const { trained, held } = heldBackOf(303, seededRng(1));
  expect([trained.length, held.length]).toEqual([243, 60]);
  expect(new Set([...trained, ...held]).size).toBe(303);
  expect(heldBackOf(303, seededRng(1))).toEqual({ trained, held });
});
