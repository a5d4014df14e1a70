/** Images decoded, resized and cropped once, and kept as bytes on disk: N x C x H x W, planes R, G, B as a rule. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Dataset } from '../data/dataset.ts';
import { itemsOf } from '../data/load.ts';
import { imageBytes as bytesOf, type PixelForm, rgb8 } from '../data/pixel-form.ts';
import type { Transform } from '../data/transform.ts';
import { UserError } from '../errors/user-error.ts';
import { cacheFolder } from '../host/cache-folder.ts';
import { markUsed, useCache } from '../host/cache-users.ts';
import { reasonOf } from '../host/model-file.ts';
import { decodeAll } from './decode-pool.ts';
import { type PreparedTrailer, readPrepared, writePrepared } from './prepared-file.ts';

/** Counts up whenever the same data and transform would give other bytes. */
const version = 2;

export interface Prepared {
  readonly path: string;
  readonly height: number;
  readonly width: number;
  readonly form?: PixelForm;
  /** Images in the file. */
  readonly count: number;
  /** For each of them its index in the dataset, ascending: the unreadable ones are missing. */
  readonly kept: Int32Array;
  readonly unreadable: readonly UnreadableImage[];
}

export interface UnreadableImage {
  readonly id: string;
  readonly reason: string;
}

export interface PrepareOptions {
  readonly folder?: string | undefined;
  readonly threads?: number | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/**
 * Takes the images from the cache or decodes them into it; a file that is damaged or cut short is made again.
 *
 * @throws UserError when more images are unreadable than the dataset allows, or the cache cannot be written
 */
export async function prepare(dataset: Dataset, transform: Transform, options: PrepareOptions = {}): Promise<Prepared> {
  const { form } = transform;
  const formKey = form ? [form.channels, form.bits] : [];
  const key = createHash('sha256')
    .update(JSON.stringify([version, dataset.hash, transform.resize, transform.height, transform.width, ...formKey]))
    .digest('hex');
  const cache = options.folder ?? cacheFolder();
  const path = join(cache, 'images', `${key}.images`);
  useCache(cache);
  markUsed(path);
  const trailer = (await readPrepared(path, key)) ?? (await decodeInto(path, key, dataset, transform, options));
  const bad = new Set(trailer.unreadable.map(({ index }) => index));
  const unreadable = named(dataset, trailer.unreadable);
  refuseTooMany(dataset, unreadable);
  const kept = Int32Array.from([...dataset.ids.keys()].filter(index => !bad.has(index)));
  const size = { height: transform.height, width: transform.width, ...(form ? { form } : {}) };
  return { path, ...size, count: trailer.count, kept, unreadable };
}

async function decodeInto(
  path: string,
  key: string,
  dataset: Dataset,
  transform: Transform,
  { threads, onProgress }: PrepareOptions,
): Promise<PreparedTrailer> {
  const imageBytes = bytesOf(transform.form ?? rgb8, transform.height, transform.width);
  const unreadable: { index: number; reason: string }[] = [];
  try {
    await using writer = await writePrepared(path);
    for await (const run of decodeAll(itemsOf(dataset.source), transform, threads)) {
      const bad = new Set(run.unreadable.map(({ at }) => at));
      for (const { at, reason } of run.unreadable) unreadable.push({ index: run.start + at, reason });
      refuseTooMany(dataset, named(dataset, unreadable));
      if (bad.size === 0) await writer.append(run.pixels);
      else
        for (let at = 0; at < run.count; at++)
          if (!bad.has(at)) await writer.append(run.pixels.subarray(at * imageBytes, (at + 1) * imageBytes));
      onProgress?.(run.start + run.count, dataset.count);
    }
    return await writer.finish({ key, count: dataset.count - unreadable.length, imageBytes, unreadable });
  } catch (error) {
    if (error instanceof UserError || !(error as NodeJS.ErrnoException).code?.startsWith('E')) throw error;
    throw new UserError(
      `Cannot keep the prepared images in "${path}": ${reasonOf(error)}.`,
      `They take ${Math.ceil((dataset.count * imageBytes) / 1e6)} MB; set RANKFRONT_CACHE to a folder with that much space.`,
      { cause: error },
    );
  }
}

const named = (
  dataset: Dataset,
  unreadable: readonly { readonly index: number; readonly reason: string }[],
): UnreadableImage[] => unreadable.map(({ index, reason }) => ({ id: dataset.ids[index] ?? `image ${index}`, reason }));

function refuseTooMany(dataset: Dataset, unreadable: readonly UnreadableImage[]): void {
  const share = 'maxUnreadable' in dataset.spec ? dataset.spec.maxUnreadable : 0;
  const limit = Math.ceil(share * dataset.count);
  if (unreadable.length <= limit && unreadable.length < dataset.count) return;
  const shown = unreadable.slice(0, 3).map(({ id, reason }) => `${id} (${reason})`);
  throw new UserError(
    `Cannot use the data: ${unreadable.length} of ${dataset.count} images are unreadable, at most ${limit} may be: ` +
      `${shown.join('; ')}${unreadable.length > 3 ? '; ...' : ''}.`,
    'Restore or remove them, or raise maxUnreadable in a dataset YAML.',
  );
}
