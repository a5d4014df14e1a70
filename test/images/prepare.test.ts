import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { itemsOf, loadItem } from '../../src/data/load.ts';
import { openDataset } from '../../src/data/open.ts';
import { parseDataSpec } from '../../src/data/spec.ts';
import { transformed } from '../../src/data/transform.ts';
import { type Prepared, prepare } from '../../src/images/prepare.ts';

const scratch = mkdtempSync(join(tmpdir(), 'rankfront-prepare-'));
const transform = { resize: 16, height: 12, width: 14 };
const imageBytes = 3 * 12 * 14;
const count = 40;
let dataset: Dataset;
let caches = 0;
const fresh = (): string => join(scratch, `cache-${caches++}`);
const pixelsOf = ({ path, count: images }: Prepared): Buffer => readFileSync(path).subarray(0, images * imageBytes);
const decodes = async (folder: string): Promise<{ prepared: Prepared; decoded: boolean }> => {
  let decoded = false;
  const prepared = await prepare(dataset, transform, { folder, threads: 2, onProgress: () => (decoded = true) });
  return { prepared, decoded };
};

beforeAll(async () => {
  const images = join(scratch, 'images');
  mkdirSync(images);
  for (let i = 0; i < count; i++) {
    const [width, height] = [20 + (i % 7), 18 + (i % 5)];
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * (i + 3) + (at >> 5) * 11) % 256);
    const jpeg = await sharp(data, { raw: { width, height, channels: 3 } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(images, `${String(i).padStart(2, '0')}.jpg`), jpeg);
  }
  const bad = readFileSync(join(images, '17.jpg'));
  writeFileSync(join(images, '17.jpg'), bad.subarray(0, bad.length >> 1));
  dataset = await openDataset({ ...parseDataSpec(`folder:${images}`), maxUnreadable: 0.05 } as Dataset['spec']);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('prepare', () => {
  it('holds what each image gives when it is decoded alone, without the unreadable one', async () => {
    const { prepared } = await decodes(fresh());
    expect(prepared.unreadable.map(({ id }) => id)).toEqual(['17.jpg']);
    expect([...prepared.kept]).toEqual([...Array(count).keys()].filter(i => i !== 17));
    const items = itemsOf(dataset.source);
    const alone = await Promise.all(
      [...prepared.kept].map(async i => transformed(await loadItem(items[i]!), transform)),
    );
    expect(pixelsOf(prepared).equals(Buffer.concat(alone))).toBe(true);
  });
  it('decodes once, and again under another transform', async () => {
    const folder = fresh();
    expect((await decodes(folder)).decoded).toBe(true);
    const again = await decodes(folder);
    expect(again.decoded).toBe(false);
    expect(again.prepared.unreadable).toHaveLength(1);
    const other = await prepare(dataset, { ...transform, resize: 20 }, { folder });
    expect(other.path).not.toBe(again.prepared.path);
  });
  it.each([
    ['cut short', (path: string) => truncateSync(path, statSync(path).size - 100)],
    ['empty', (path: string) => writeFileSync(path, '')],
    [
      'changed in a pixel',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[1000] = bytes[1000]! ^ 1;
        writeFileSync(path, bytes);
      },
    ],
  ])('makes a file again that is %s', async (_, damage) => {
    const folder = fresh();
    const { prepared } = await decodes(folder);
    const before = Buffer.from(pixelsOf(prepared));
    damage(prepared.path);
    const again = await decodes(folder);
    expect(again.decoded).toBe(true);
    expect(pixelsOf(again.prepared).equals(before)).toBe(true);
  });
  it('leaves nothing behind when too many are unreadable', async () => {
    const folder = fresh();
    const strict = { ...dataset, spec: { ...dataset.spec, maxUnreadable: 0 } as Dataset['spec'] };
    await expect(prepare(strict, transform, { folder })).rejects.toThrow(
      /1 of 40 images are unreadable, at most 0 may be: 17.jpg \(/,
    );
    expect(readdirSync(join(folder, 'images'))).toEqual([]);
  });
  it('says how much space it needs where it cannot write', async () => {
    const file = join(scratch, 'a-file');
    writeFileSync(file, '');
    await expect(prepare(dataset, transform, { folder: file })).rejects.toThrow(
      /^Cannot keep the prepared images in .*: .*\. They take 1 MB; set RANKFRONT_CACHE/,
    );
  });
  it('is whole when two prepare the same at once', async () => {
    const folder = fresh();
    const [a, b] = await Promise.all([decodes(folder), decodes(folder)]);
    expect(pixelsOf(a.prepared).equals(pixelsOf(b.prepared))).toBe(true);
    expect(readdirSync(join(folder, 'images'))).toHaveLength(1);
  });
});
