/** One image of a source, as plain data that can be sent to a thread, and its pixels. */
import { open } from 'node:fs/promises';
import { UserError } from '../errors/user-error.ts';
import { readOrdinary } from '../files/read.ts';
import { loadCifarRecord } from './cifar10.ts';
import type { ImageSource } from './dataset.ts';
import { bitsOf, decodePlanes, decodeRgb, spread } from './decode.ts';
import type { PixelForm } from './pixel-form.ts';
import { type Planes, planesOf } from './planes.ts';
import type { RgbImage } from './resize.ts';
import { drawShape } from './shapes/draw.ts';
import type { Slice } from './shards.ts';

export type ImageItem =
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'slice' } & Slice)
  | { readonly kind: 'cifar10'; readonly path: string; readonly record: number }
  | { readonly kind: 'shapes'; readonly seed: number; readonly split: 'train' | 'validation'; readonly index: number };

export function itemsOf(source: ImageSource): ImageItem[] {
  if (source.kind === 'folder') return source.paths.map(path => ({ kind: 'file', path }));
  if (source.kind === 'slices') return source.slices.map(slice => ({ kind: 'slice', ...slice }));
  if (source.kind === 'shapes') {
    const { seed, split, count } = source;
    return Array.from({ length: count }, (_, index) => ({ kind: 'shapes', seed, split, index }));
  }
  if (source.kind === 'tensors')
    throw new UserError(
      'Cannot read ready inputs as images: expected images, found arrays.',
      'Give images, such as folder:DIR.',
    );
  const all = source.files.flatMap(({ path, records }) =>
    Array.from({ length: records }, (_, record): ImageItem => ({ kind: 'cifar10', path, record })),
  );
  return source.chosen ? source.chosen.flatMap(at => all[at] ?? []) : all;
}

/** Rejects when the image cannot be read or decoded. */
export async function loadItem(item: ImageItem): Promise<RgbImage> {
  switch (item.kind) {
    case 'cifar10':
      return loadCifarRecord(item.path, item.record);
    case 'shapes':
      return drawShape(item.seed, item.split, item.index).image;
    case 'file':
    case 'slice':
      return decodeRgb(await bytesOf(item));
    default:
      return item satisfies never;
  }
}

/** The same as planes of another form. Rejects as `loadItem` does. */
export async function loadPlanes(item: ImageItem, form: PixelForm): Promise<Planes> {
  if (item.kind === 'file' || item.kind === 'slice') return decodePlanes(await bytesOf(item), form);
  const image = await loadItem(item);
  const data = form.bits === 16 ? spread(image.data) : image.data;
  return planesOf({ ...image, data }, 3, form);
}

/** How many bits the samples of these images have, by the first that can be read; 8 where none can. */
export async function bitsOfItems(items: readonly ImageItem[]): Promise<8 | 16> {
  for (const item of items.slice(0, 8)) {
    if (item.kind !== 'file' && item.kind !== 'slice') return 8;
    const found = await bytesOf(item).then(bitsOf, () => null);
    if (found !== null) return found;
  }
  return 8;
}

const bytesOf = (item: Extract<ImageItem, { readonly kind: 'file' | 'slice' }>): Promise<Uint8Array> =>
  item.kind === 'file' ? readOrdinary(item.path) : readSlice(item);

async function readSlice({ path, offset, bytes }: Slice): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const data = new Uint8Array(bytes);
    const { bytesRead } = await file.read(data, 0, bytes, offset);
    if (bytesRead < bytes) throw new Error('the archive is cut short');
    return data;
  } finally {
    await file.close();
  }
}
