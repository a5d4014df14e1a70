/** The factors of every site and method that a space offers, from the cache or computed once in threads. */
import { weightBlock } from '../decompose/block.ts';
import type { FullFactors } from '../decompose/factorise.ts';
import type { FactorMethod } from '../decompose/method.ts';
import type { Model } from '../onnx/graph.ts';
import type { Space } from '../space/space.ts';
import { openFactorCache } from '../workers/factor-cache.ts';
import { createFactorPool, type FactorRequest, factorName, factorsFor } from '../workers/factor-pool.ts';

export type FactorLookup = (site: string, method: FactorMethod) => FullFactors;

export interface FactorWatch {
  readonly warn: (message: string) => void;
  readonly progress?: (done: number, total: number) => void;
}

export async function spaceFactors(model: Model, space: Space, watch: FactorWatch): Promise<FactorLookup> {
  const requests: FactorRequest[] = space.sites.flatMap(({ site, ladder }) => {
    const methods = new Set(ladder.flatMap(({ method }) => (method === 'dense' ? [] : [method])));
    const block = weightBlock(model, site);
    return [...methods].map(method => ({ site: site.name, method, block }));
  });
  await using pool = createFactorPool();
  const cache = openFactorCache({ onWarning: watch.warn });
  const found = await factorsFor(requests, pool, cache, watch.progress ? { onProgress: watch.progress } : {});
  return (site, method) => {
    const factors = found.get(factorName(site, method));
    if (!factors) throw new Error(`no factors of ${site} by ${method}`);
    return factors;
  };
}
