/** Values on disk by key, for what takes long to compute and is the same whenever the key is. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { cacheFolder } from './cache-folder.ts';
import { markUsed, useCache } from './cache-users.ts';

export interface ObjectCache<T> {
  /** What was stored under `key`; null when there is nothing, or when it is damaged. */
  read(key: string): Promise<T | null>;
  /** Stores it if it can. A disk that is full or read-only is told once and is no failure. */
  write(key: string, value: T): Promise<void>;
}

export interface ObjectCacheOptions {
  /** See `cacheFolder`. */
  readonly directory?: string;
  /** Called at most once, with a sentence for people, when nothing can be stored. */
  readonly onWarning?: (message: string) => void;
}

const hashBytes = 32;
const staleMs = 24 * 3600 * 1000;

/**
 * A file is the SHA-256 of what follows, then the value. It is written beside its place and renamed, so that a reader, in this
 * process or another, sees all of it or none; what a crash leaves behind is swept up a day later.
 *
 * @param kind the ending of the files
 * @param what the plural of what is kept, for people
 */
export function openObjectCache<T>(
  kind: string,
  what: string,
  { directory = cacheFolder(), onWarning }: ObjectCacheOptions = {},
): ObjectCache<T> {
  let ready: Promise<void> | undefined;
  let warned = false;
  const prepare = async (): Promise<void> => {
    await mkdir(directory, { recursive: true });
    useCache(directory);
    await sweep(directory);
  };
  return {
    read: async key => {
      const path = join(directory, `${key}.${kind}`);
      const bytes = await readFile(path).catch(() => null);
      if (bytes) {
        useCache(directory);
        markUsed(path);
      }
      return bytes ? decode<T>(bytes) : null;
    },
    write: async (key, value) => {
      const temporary = join(directory, `${key}.${process.pid}.${randomUUID()}.partial`);
      try {
        ready ??= prepare();
        await ready;
        await writeFile(temporary, encode(value), { flag: 'wx' });
        await rename(temporary, join(directory, `${key}.${kind}`));
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        if (warned) return;
        warned = true;
        const reason = error instanceof Error ? error.message : String(error);
        onWarning?.(
          `${what} cannot be kept in "${directory}" (${reason}); they are computed again next time. Set RANKFRONT_CACHE to a folder with room.`,
        );
      }
    },
  };
}

function encode(value: unknown): Uint8Array {
  const body = serialize(value);
  return Buffer.concat([createHash('sha256').update(body).digest(), body]);
}

function decode<T>(bytes: Buffer): T | null {
  const body = bytes.subarray(hashBytes);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, hashBytes))) return null;
  try {
    // A checksum that fits: this is what `encode` wrote, though perhaps in the format of a newer engine, which throws.
    return deserialize(body) as T;
  } catch {
    return null;
  }
}

/** Removes what writers that died left behind. */
async function sweep(directory: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter(entry => entry.endsWith('.partial'))) {
    const path = join(directory, name);
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > staleMs) await rm(path, { force: true }).catch(() => {});
  }
}
