/** The images of a training as the Python side reads them: decoded into one file, or named where Pillow decodes them. */
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../data/dataset.ts';
import { type ImageItem, itemsOf, loadItem } from '../../data/load.ts';
import type { RgbImage } from '../../data/resize.ts';
import type { Transform } from '../../data/transform.ts';
import { UserError } from '../../errors/user-error.ts';
import { encodeSafetensors, type PlainTensor } from '../../onnx/safetensors.ts';

export interface WrittenImages {
  readonly kind: 'packed' | 'files';
  /** A safetensors file: `labels`, and for packed images `offset`, `height` (0 where it is unreadable) and `width`. */
  readonly index: string;
  /** Of packed images: a file of R, G, B bytes, image after image. */
  readonly pixels?: string;
  /** Of image files: a JSON list of paths, or of path, offset and length within an archive. */
  readonly paths?: string;
  readonly transform: Transform;
  readonly maxUnreadable: number;
}

/** More image files than this are not decoded beforehand. */
export const mostPacked = 20_000;
const atOnce = 8;

/**
 * @param name of the files in `folder`
 * @param decodes whether Python decodes image files itself
 * @throws UserError for more image files than can be decoded beforehand
 */
export async function writeImages(
  folder: string,
  name: string,
  { dataset, labels, transform }: { dataset: Dataset; labels: Int32Array; transform: Transform },
  decodes: boolean,
): Promise<WrittenImages> {
  const { source, spec, count } = dataset;
  const maxUnreadable = 'maxUnreadable' in spec ? spec.maxUnreadable : 0;
  const index = `${name}.safetensors`;
  const about = { index, transform, maxUnreadable };
  const write = (tensors: readonly (readonly [string, PlainTensor])[]): void =>
    writeFileSync(join(folder, index), encodeSafetensors([['labels', int32(labels)], ...tensors]));
  const files = source.kind === 'folder' || source.kind === 'slices';
  if (files && decodes) {
    const paths = `${name}.json`;
    const places =
      source.kind === 'folder' ? source.paths : source.slices.map(({ path, offset, bytes }) => [path, offset, bytes]);
    writeFileSync(join(folder, paths), JSON.stringify(places));
    write([]);
    return { ...about, kind: 'files', paths };
  }
  if (files && count > mostPacked)
    throw new UserError(
      `Cannot train with torch on ${count} image files: this Python has no Pillow to decode them with.`,
      'Install it with "python3 -m pip install pillow".',
    );
  const pixels = `${name}.pixels`;
  const sizes = await pack(join(folder, pixels), itemsOf(source));
  write([
    ['offset', { elementType: 'int64', dims: [count], bytes: bytesOf(sizes.offset) }],
    ['height', int32(sizes.height)],
    ['width', int32(sizes.width)],
  ]);
  return { ...about, kind: 'packed', pixels };
}

const bytesOf = (array: Int32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const int32 = (array: Int32Array): PlainTensor => ({
  elementType: 'int32',
  dims: [array.length],
  bytes: bytesOf(array),
});

async function pack(path: string, items: readonly ImageItem[]) {
  const offset = new BigInt64Array(items.length);
  const height = new Int32Array(items.length);
  const width = new Int32Array(items.length);
  const file = openSync(path, 'w', 0o600);
  let at = 0n;
  try {
    for (let from = 0; from < items.length; from += atOnce) {
      const images = await Promise.all(items.slice(from, from + atOnce).map(readable));
      for (const [i, image] of images.entries()) {
        offset[from + i] = at;
        if (!image) continue;
        height[from + i] = image.height;
        width[from + i] = image.width;
        writeAll(file, image.data);
        at += BigInt(image.data.length);
      }
    }
  } finally {
    closeSync(file);
  }
  return { offset, height, width };
}

const readable = (item: ImageItem): Promise<RgbImage | null> => loadItem(item).catch(() => null);

function writeAll(file: number, data: Uint8Array): void {
  for (let done = 0; done < data.length; ) done += writeSync(file, data, done);
}
