import { mkdtempSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WeightBlock } from '../../src/decompose/block.ts';
import { factorise } from '../../src/decompose/factorise.ts';
import { cacheFolder } from '../../src/host/cache-folder.ts';
import { seededRng } from '../../src/random/rng.ts';
import { factorKey, openFactorCache } from '../../src/threads/factor-cache.ts';

function randomBlock(outPerGroup: number, inPerGroup: number, kernel: [number, number], seed = 1): WeightBlock {
  const rng = seededRng(seed);
  const data = Float32Array.from(
    { length: outPerGroup * inPerGroup * kernel[0] * kernel[1] },
    () => rng.uniform() - 0.5,
  );
  return { groups: 1, outPerGroup, inPerGroup, kernel, data };
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rankfront-cache-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const block = randomBlock(6, 4, [3, 3]);
const factors = factorise(block, 'spatial');
const key = factorKey(block, 'spatial');
const file = (): string => join(directory, readdirSync(directory)[0]!);

describe('factorKey', () => {
  it('changes with every number, with the extents and with the method, and with nothing else', () => {
    const changed = { ...block, data: block.data.slice() };
    changed.data[7]! += 1e-7;
    const view = { ...block, data: Float32Array.of(9, ...block.data, 9).subarray(1, block.data.length + 1) };
    const reshaped: WeightBlock = { ...block, outPerGroup: 4, inPerGroup: 6 };
    expect(factorKey(view, 'spatial')).toBe(key);
    const others = [factorKey(changed, 'spatial'), factorKey(reshaped, 'spatial'), factorKey(block, 'svd')];
    expect(new Set([key, ...others]).size).toBe(4);
    expect(key).toMatch(/^[0-9a-f]{64}-spatial-v\d+$/);
  });
});

describe('cacheFolder', () => {
  it('takes RANKFRONT_CACHE, then XDG_CACHE_HOME, then the home folder; empty counts as unset', () => {
    expect(cacheFolder({ RANKFRONT_CACHE: '/a', XDG_CACHE_HOME: '/b' })).toBe('/a');
    expect(cacheFolder({ RANKFRONT_CACHE: '', XDG_CACHE_HOME: '/b' })).toBe(join('/b', 'rankfront'));
    expect(cacheFolder({})).toMatch(/\.cache.rankfront$/);
  });
});

describe('openFactorCache', () => {
  it('gives back bit for bit what was stored, also to another process that opens the folder', async () => {
    await openFactorCache({ directory }).write(key, factors);
    expect(await openFactorCache({ directory }).read(key)).toEqual(factors);
    expect(await openFactorCache({ directory }).read(factorKey(block, 'svd'))).toBeNull();
  });

  it('ignores a file that is truncated anywhere', async () => {
    const cache = openFactorCache({ directory });
    await cache.write(key, factors);
    const whole = readFileSync(file());
    for (const length of [0, 1, 31, 32, 33, whole.length - 1]) {
      writeFileSync(file(), whole);
      truncateSync(file(), length);
      expect(await cache.read(key), `${length} bytes`).toBeNull();
    }
    await cache.write(key, factors);
    expect(await cache.read(key)).toEqual(factors);
  });

  it('ignores a file in which any one bit is turned', async () => {
    const cache = openFactorCache({ directory });
    await cache.write(key, factors);
    const whole = readFileSync(file());
    const rng = seededRng(3);
    for (let trial = 0; trial < 50; trial++) {
      const damaged = Buffer.from(whole);
      const at = rng.integer(damaged.length);
      damaged[at] = damaged[at]! ^ (1 << rng.integer(8));
      writeFileSync(file(), damaged);
      expect(await cache.read(key)).toBeNull();
    }
  });

  it('leaves no partial file when many writers store the same key at once', async () => {
    const caches = Array.from({ length: 8 }, () => openFactorCache({ directory }));
    await Promise.all(caches.map(cache => cache.write(key, factors)));
    // Beside it is the folder in which this process says that it uses the cache.
    expect(readdirSync(directory)).toEqual([`${key}.factors`, 'users']);
    expect(await openFactorCache({ directory }).read(key)).toEqual(factors);
  });

  it('works uncached where nothing can be written, and says so once', async () => {
    const blocked = join(directory, 'file');
    writeFileSync(blocked, '');
    const warnings: string[] = [];
    const cache = openFactorCache({ directory: blocked, onWarning: message => warnings.push(message) });
    await cache.write(key, factors);
    await cache.write(key, factors);
    expect(await cache.read(key)).toBeNull();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('RANKFRONT_CACHE');
  });
});
