/** Full-rank factors on disk, by the hash of the weight, so that a second study of the same network computes none. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { WeightBlock } from '../decompose/block.ts';
import { type FullFactors, factorAlgorithmVersion } from '../decompose/factorise.ts';
import type { FactorMethod } from '../decompose/method.ts';
import { cacheFolder } from './cache-folder.ts';

export interface FactorCache {
  /** What was stored under `key`; null when there is nothing, or when it is damaged. */
  read(key: string): Promise<FullFactors | null>;
  /** Stores it if it can. A disk that is full or read-only is told once and is no failure. */
  write(key: string, factors: FullFactors): Promise<void>;
}

export interface FactorCacheOptions {
  /** See `cacheFolder`. */
  readonly directory?: string;
  /** Called at most once, with a sentence for people, when nothing can be stored. */
  readonly onWarning?: (message: string) => void;
}

/** `<sha256 of extents and numbers>-<method>-v<algorithm version>`. */
export function factorKey(block: WeightBlock, method: FactorMethod): string {
  const { groups, outPerGroup, inPerGroup, kernel, data } = block;
  const hash = createHash('sha256');
  hash.update(`${groups} ${outPerGroup} ${inPerGroup} ${kernel[0]} ${kernel[1]}\n`);
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return `${hash.digest('hex')}-${method}-v${factorAlgorithmVersion}`;
}

const suffix = '.factors';
const hashBytes = 32;
const staleMs = 24 * 3600 * 1000;

/**
 * A file is the SHA-256 of what follows, then the factors. It is written beside its place and renamed, so that a reader,
 * in this process or another, sees all of it or none; what a crash leaves behind is swept up a day later.
 */
export function openFactorCache({ directory = cacheFolder(), onWarning }: FactorCacheOptions = {}): FactorCache {
  let ready: Promise<void> | undefined;
  let warned = false;
  const prepare = async (): Promise<void> => {
    await mkdir(directory, { recursive: true });
    await sweep(directory);
  };
  return {
    read: async key => {
      const bytes = await readFile(join(directory, key + suffix)).catch(() => null);
      return bytes ? decode(bytes) : null;
    },
    write: async (key, factors) => {
      const temporary = join(directory, `${key}.${process.pid}.${randomUUID()}.partial`);
      try {
        ready ??= prepare();
        await ready;
        await writeFile(temporary, encode(factors), { flag: 'wx' });
        await rename(temporary, join(directory, key + suffix));
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => {});
        if (warned) return;
        warned = true;
        const reason = error instanceof Error ? error.message : String(error);
        onWarning?.(
          `Factors cannot be kept in "${directory}" (${reason}); they are computed again next time. Set RANKFRONT_CACHE to a folder with room.`,
        );
      }
    },
  };
}

function encode(factors: FullFactors): Uint8Array {
  const body = serialize(factors);
  return Buffer.concat([createHash('sha256').update(body).digest(), body]);
}

function decode(bytes: Buffer): FullFactors | null {
  const body = bytes.subarray(hashBytes);
  if (!createHash('sha256').update(body).digest().equals(bytes.subarray(0, hashBytes))) return null;
  try {
    // A checksum that fits: this is what `encode` wrote, though perhaps in the format of a newer engine, which throws.
    return deserialize(body) as FullFactors;
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
