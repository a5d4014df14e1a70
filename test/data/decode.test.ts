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
const { files } = JSON.parse(readFileSync(new URL('./fixtures/pillow-decode.json', import.meta.url), 'utf8')) as {
  readonly files: Readonly<Record<string, Reference>>;
};
const bytesOf = (name: string): Uint8Array => Buffer.from(files[name]!.bytes, 'base64');

describe('decodeRgb', () => {
  it.each(Object.keys(files))('reads %s as Pillow does', async name => {
    const { width, height, rgb } = files[name]!;
    const image = await decodeRgb(bytesOf(name));
    expect([image.width, image.height]).toEqual([width, height]);
    expect([...image.data]).toEqual([...Buffer.from(rgb, 'base64')]);
  });
  it.each([
    ['a JPEG cut in the middle', bytesOf('baseline.jpg').subarray(0, -40)],
    ['a PNG cut in the middle', bytesOf('rgb.png').subarray(0, -60)],
    ['an empty file', new Uint8Array(0)],
    ['random bytes', Uint8Array.from({ length: 400 }, (_, i) => (i * 7919) % 251)],
    ['text', new TextEncoder().encode('<html>not found</html>')],
  ])('rejects %s', async (_, bytes) => {
    await expect(decodeRgb(bytes)).rejects.toThrow();
  });
});
