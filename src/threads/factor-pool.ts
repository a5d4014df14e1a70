/** Factors at full rank, computed in threads: each weight and method once, whatever the cache holds already left out. */
import { createHash } from 'node:crypto';
import type { WeightBlock } from '../decompose/block.ts';
import type { FullFactors, SampledStatistics } from '../decompose/factorise.ts';
import type { MethodName, Rung } from '../decompose/method.ts';
import { methodOf } from '../decompose/methods/methods.ts';
import type { OutputError } from '../decompose/output-error.ts';
import { rungLabel } from '../decompose/ranks.ts';
import { entryUrl } from '../host/entry.ts';
import { type ObjectCacheOptions, openObjectCache } from '../host/object-cache.ts';
import type { RealMatrix } from '../linalg/matrix.ts';
import type { Svd } from '../linalg/svd.ts';
import { type FactorCache, factorKey } from './factor-cache.ts';
import type { FactorJob } from './factor-thread.ts';
import { createThreadPool, type RunOptions } from './thread-pool.ts';

export { createThreadPool, type ThreadPool } from './thread-pool.ts';

export interface FactorPool {
  readonly threads: number;
  /** @param seen for data-aware factors; null for plain ones */
  factorise(
    block: WeightBlock,
    method: MethodName,
    seen: SampledStatistics | null,
    options?: RunOptions,
  ): Promise<FullFactors>;
  /** See `outputErrors`. */
  errors(
    block: WeightBlock,
    factors: FullFactors,
    rungs: readonly Rung[],
    seen: SampledStatistics,
    options?: RunOptions,
  ): Promise<readonly OutputError[] | null>;
  svd(matrix: RealMatrix, options?: RunOptions): Promise<Svd>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Threads for factors, one per core by default. A result does not depend on how many there are. */
export function createFactorPool(threads?: number): FactorPool {
  const pool = createThreadPool<FactorJob, unknown>(entryUrl('factor-thread', import.meta.url), threads);
  return {
    threads: pool.threads,
    factorise: (block, method, seen, options) =>
      pool.run({ kind: 'factorise', block, method, seen }, options) as Promise<FullFactors>,
    errors: (block, factors, rungs, seen, options) =>
      pool.run({ kind: 'errors', block, factors, rungs, seen }, options) as Promise<readonly OutputError[] | null>,
    svd: (matrix, options) => pool.run({ kind: 'svd', matrix }, options) as Promise<Svd>,
    close: pool.close,
    [Symbol.asyncDispose]: pool.close,
  };
}

/** One site, and one of the methods that it may be factorised with. */
export interface FactorRequest {
  readonly site: string;
  readonly method: MethodName;
  readonly block: WeightBlock;
  /** For data-aware factors; absent or null for plain ones. */
  readonly seen?: SampledStatistics | null;
}

export interface FactorsOptions {
  readonly signal?: AbortSignal;
  /** Called after every request that is answered, with how many are, of how many. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Where `factorsFor` files the factors of a site and a method. */
export const factorName = (site: string, method: MethodName): string => `${site}:${method}`;

/**
 * The factors of every request, by `factorName`. Equal weights with the same method are computed once, the largest
 * first so that no thread is left alone with a long one at the end. Rejects when a weight is not finite, or on the signal.
 */
export async function factorsFor(
  requests: readonly FactorRequest[],
  pool: FactorPool,
  cache: FactorCache | null,
  { signal, onProgress }: FactorsOptions = {},
): Promise<Map<string, FullFactors>> {
  const byKey = new Map<string, FactorRequest[]>();
  for (const request of requests) {
    const key = factorKey(request.block, request.method, request.seen ?? null);
    byKey.set(key, [...(byKey.get(key) ?? []), request]);
  }
  const jobs = [...byKey].sort(([, [a]], [, [b]]) => (a && b ? byWork(a, b) : 0));
  const found = new Map<string, FullFactors>();
  let done = 0;
  await Promise.all(
    jobs.map(async ([key, sharers]) => {
      const [request] = sharers;
      if (!request) return;
      const stored = await cache?.read(key);
      const options = signal ? { signal } : {};
      const factors = stored ?? (await pool.factorise(request.block, request.method, request.seen ?? null, options));
      if (!stored) await cache?.write(key, factors);
      for (const { site, method } of sharers) found.set(factorName(site, method), factors);
      done += sharers.length;
      onProgress?.(done, requests.length);
    }),
  );
  return found;
}

/** The rungs of one site and method whose errors at the output are asked for. */
export interface ErrorsRequest {
  readonly site: string;
  readonly method: MethodName;
  readonly block: WeightBlock;
  readonly seen: SampledStatistics;
  readonly factors: FullFactors;
  readonly rungs: readonly Rung[];
}

/** Where `errorsFor` files the error of a rung. */
export const errorName = (site: string, rung: Rung): string => `${site}:${rungLabel(rung)}`;

/** See `outputErrors`; by `errorName`, without those that the statistics cannot tell. Kept on disk as factors are. */
export async function errorsFor(
  requests: readonly ErrorsRequest[],
  pool: FactorPool,
  { onProgress, ...options }: ObjectCacheOptions & Pick<FactorsOptions, 'onProgress'> = {},
): Promise<Map<string, OutputError>> {
  const cache = openObjectCache<readonly OutputError[] | null>('output-errors', 'Errors of factors', options);
  const sorted = [...requests].sort(byWork);
  const found = new Map<string, OutputError>();
  let done = 0;
  await Promise.all(
    sorted.map(async ({ site, method, block, seen, factors, rungs }) => {
      const labels = createHash('sha256').update(rungs.map(rungLabel).join()).digest('hex').slice(0, 16);
      const key = `${factorKey(block, method, seen)}-${labels}`;
      const stored = await cache.read(key);
      const errors = stored ?? (await pool.errors(block, factors, rungs, seen));
      if (!stored) await cache.write(key, errors);
      for (const [i, error] of (errors ?? []).entries()) {
        const rung = rungs[i];
        if (rung) found.set(errorName(site, rung), error);
      }
      onProgress?.(++done, requests.length);
    }),
  );
  return found;
}

type Weighed = Pick<FactorRequest, 'block' | 'method'>;

/** The longest first. */
const byWork = (a: Weighed, b: Weighed): number => methodOf(b.method).work(b.block) - methodOf(a.method).work(a.block);
