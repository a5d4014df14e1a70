import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeRgb } from '../../src/data/decode.ts';

interface Reference {
  readonly bytes: string;
  readonly width: number;
  readonly height: number;
  readonly rgb: string;
}
/** Small files and what Pillow's `convert('RGB')` makes of them; of 16 bits the upper 8. */
const fixture = (name: string): Readonly<Record<string, Reference>> =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}.json`, import.meta.url), 'utf8')).files;
const files = { ...fixture('pillow-decode'), ...fixture('pillow-decode-more') };
/** Their colours are computed in other steps, and round otherwise. */
const largestDifference = (name: string): number => (name.endsWith('.avif') ? 1 : 0);
const bytesOf = (name: string): Uint8Array => Buffer.from(files[name]!.bytes, 'base64');

const withByte = (bytes: Uint8Array, at: number, value: number): Uint8Array =>
  bytes.map((byte, i) => (i === at ? value : byte));

describe('decodeRgb', () => {
  it.each(Object.keys(files))('reads %s as Pillow does', async name => {
    const { width, height, rgb } = files[name]!;
    const image = await decodeRgb(bytesOf(name));
    expect([image.width, image.height]).toEqual([width, height]);
    const expected = Buffer.from(rgb, 'base64');
    expect(image.data).toHaveLength(expected.length);
    const differences = expected.map((value, i) => Math.abs(value - image.data[i]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(largestDifference(name));
  });
  it.each([
    ['a JPEG cut in the middle', bytesOf('baseline.jpg').subarray(0, -40)],
    ['a PNG cut in the middle', bytesOf('rgb.png').subarray(0, -60)],
    ['a bitmap cut in the middle', bytesOf('rgb24.bmp').subarray(0, -60)],
    ['a bitmap without its head', bytesOf('rgb24.bmp').subarray(0, 20)],
    ['a bitmap with run lengths', withByte(bytesOf('palette.bmp'), 30, 1)],
    ['a bitmap of 16 bits', withByte(bytesOf('rgb24.bmp'), 28, 16)],
    ['an empty file', new Uint8Array(0)],
    ['random bytes', Uint8Array.from({ length: 400 }, (_, i) => (i * 7919) % 251)],
    ['text', new TextEncoder().encode('<html>not found</html>')],
  ])('rejects %s', async (_, bytes) => {
    await expect(decodeRgb(bytes)).rejects.toThrow();
  });
  it('rejects samples that are floats: from 0 to 1 they would all be black', async () => {
    const { rejected } = JSON.parse(
      readFileSync(new URL('./fixtures/pillow-decode-more.json', import.meta.url), 'utf8'),
    );
    await expect(decodeRgb(Buffer.from(rejected['float.tif'], 'base64'))).rejects.toThrow(/of the type float/);
  });
});
