/** A thread that decodes images: see `decode-pool.ts`. */
import { type ImageItem, loadItem, loadPlanes } from '../data/load.ts';
import { imageBytes, isRgb8, rgb8 } from '../data/pixel-form.ts';
import { transformedPlanes } from '../data/planes.ts';
import { type Transform, transformed } from '../data/transform.ts';

export interface DecodeJob {
  readonly items: readonly ImageItem[];
  readonly transform: Transform;
}

export interface Decoded {
  /** One image after the other, plane by plane; zeros where an image is unreadable. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** Which of the items are unreadable, and why. */
  readonly unreadable: readonly { readonly at: number; readonly reason: string }[];
}

export default async function decode({ items, transform }: DecodeJob): Promise<Decoded> {
  const { form = rgb8 } = transform;
  const bytes = imageBytes(form, transform.height, transform.width);
  const pixels = new Uint8Array(items.length * bytes);
  const unreadable: { at: number; reason: string }[] = [];
  for (const [at, item] of items.entries()) {
    try {
      pixels.set(await pixelsOf(item, transform), at * bytes);
    } catch (error) {
      unreadable.push({ at, reason: reasonOf(error) });
    }
  }
  return { pixels, unreadable };
}

async function pixelsOf(item: ImageItem, transform: Transform): Promise<Uint8Array> {
  const { form = rgb8 } = transform;
  if (isRgb8(form)) return transformed(await loadItem(item), transform);
  const { buffer, byteOffset, byteLength } = transformedPlanes(await loadPlanes(item, form), transform, form);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The first line of what the decoder says, without its own prefixes. */
function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission is denied';
  const line = (message ?? String(error)).split('\n')[0] ?? '';
  return line.replace(/^Input buffer (has|contains) /, '').trim() || 'it cannot be decoded';
}
