import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import type { ImageItem } from '../../src/data/load.ts';
import { decodeAll } from '../../src/images/decode-pool.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-decode-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const transform = { resize: null, height: 1, width: 1 };

/** A file of one grey pixel whose value is its number; every tenth is no image. */
async function greys(count: number): Promise<ImageItem[]> {
  const items: ImageItem[] = [];
  for (let i = 0; i < count; i++) {
    const path = join(scratch, `${i}.png`);
    const pixel = Uint8Array.of(i, i, i);
    const png = await sharp(pixel, { raw: { width: 1, height: 1, channels: 3 } })
      .png()
      .toBuffer();
    writeFileSync(path, i % 10 === 9 ? 'no image' : png);
    items.push({ kind: 'file', path });
  }
  return items;
}

describe('decodeAll', () => {
  it('hands images over in order and says which are unreadable', async () => {
    const items: ImageItem[] = [...(await greys(75)), { kind: 'file', path: join(scratch, 'gone.png') }];
    const values: number[] = [];
    const unreadable = new Map<number, string>();
    for await (const run of decodeAll(items, transform, 2)) {
      expect(run.start).toBe(values.length);
      for (let at = 0; at < run.count; at++) values.push(run.pixels[at * 3] ?? -1);
      for (const { at, reason } of run.unreadable) unreadable.set(run.start + at, reason);
    }
    expect(values).toEqual([...Array(75).keys()].map(i => (i % 10 === 9 ? 0 : i)).concat(0));
    expect([...unreadable.keys()]).toEqual([9, 19, 29, 39, 49, 59, 69, 75]);
    expect(unreadable.get(75)).toBe('there is no such file');
    expect(unreadable.get(9)).toMatch(/unsupported image format/);
  });
  it('can be left before the end', async () => {
    const items = await greys(60);
    for await (const run of decodeAll(items, transform, 1)) {
      expect(run.start).toBe(0);
      break;
    }
  });
  it('has nothing to do for no images', async () => {
    const runs = [];
    for await (const run of decodeAll([], transform)) runs.push(run);
    expect(runs).toEqual([]);
  });
});
