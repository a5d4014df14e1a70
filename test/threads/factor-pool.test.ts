import { describe, expect, it } from 'vitest';
import type { WeightBlock } from '../../src/decompose/block.ts';
import { type FullFactors, factorise } from '../../src/decompose/factorise.ts';
import { seededRng } from '../../src/random/rng.ts';
import type { FactorCache } from '../../src/threads/factor-cache.ts';
import { createFactorPool, factorName, factorsFor } from '../../src/threads/factor-pool.ts';

function randomBlock(outPerGroup: number, inPerGroup: number, kernel: [number, number], seed: number): WeightBlock {
  const rng = seededRng(seed);
  const data = Float32Array.from(
    { length: outPerGroup * inPerGroup * kernel[0] * kernel[1] },
    () => rng.uniform() - 0.5,
  );
  return { groups: 1, outPerGroup, inPerGroup, kernel, data };
}

function memoryCache(): FactorCache & { readonly stored: Map<string, FullFactors> } {
  const stored = new Map<string, FullFactors>();
  return {
    stored,
    read: async key => stored.get(key) ?? null,
    write: async (key, factors) => {
      stored.set(key, factors);
    },
  };
}

const requests = [
  { site: 'fc', method: 'svd', block: randomBlock(10, 64, [1, 1], 1) },
  { site: 'conv', method: 'svd', block: randomBlock(16, 12, [3, 3], 2) },
  { site: 'conv', method: 'spatial', block: randomBlock(16, 12, [3, 3], 2) },
  { site: 'conv', method: 'tucker2', block: randomBlock(16, 12, [3, 3], 2) },
  { site: 'twin', method: 'spatial', block: randomBlock(16, 12, [3, 3], 2) },
] as const;

describe('factorsFor', () => {
  it('gives every request what factorise gives, bit for bit, with any number of threads', async () => {
    for (const threads of [1, 3]) {
      await using pool = createFactorPool(threads);
      const found = await factorsFor(requests, pool, null);
      for (const { site, method, block } of requests) {
        expect(found.get(factorName(site, method))).toEqual(factorise(block, method));
      }
      expect(found.size).toBe(requests.length);
    }
  });

  it('computes equal weights once and nothing that is stored', async () => {
    await using pool = createFactorPool(2);
    const cache = memoryCache();
    const progress: number[] = [];
    const first = await factorsFor(requests, pool, cache, { onProgress: done => progress.push(done) });
    expect(cache.stored.size).toBe(4); // the twins share one
    expect(progress.at(-1)).toBe(requests.length);
    const idle = { ...pool, factorise: () => Promise.reject(new Error('nothing was missing')) };
    expect(await factorsFor(requests, idle, cache)).toEqual(first);
  });

  it('leaves the weights of the caller in place', async () => {
    await using pool = createFactorPool(1);
    const block = randomBlock(8, 8, [1, 1], 5);
    const before = block.data.slice();
    await factorsFor([{ site: 'a', method: 'svd', block }], pool, null);
    expect(block.data).toEqual(before);
  });

  it('rejects with the sentence of the thread when a weight is not finite', async () => {
    await using pool = createFactorPool(1);
    const block = randomBlock(3, 4, [1, 1], 6);
    block.data[5] = Number.NaN;
    await expect(factorsFor([{ site: 'a', method: 'svd', block }], pool, null)).rejects.toThrow(
      /NaN at row 1, column 1/,
    );
  });

  it('rejects what is under way when the pool is closed, and may be closed twice', async () => {
    const pool = createFactorPool(1);
    const running = expect(factorsFor(requests, pool, null)).rejects.toThrow();
    await pool.close();
    await pool.close();
    await running;
  });

  it('stops on the signal', async () => {
    await using pool = createFactorPool(1);
    const signal = AbortSignal.abort();
    await expect(factorsFor(requests, pool, null, { signal })).rejects.toThrow(/abort/i);
  });
});
