/** Full-rank factors on disk, by the hash of the weight, so that a second study of the same network computes none. */
import { createHash } from 'node:crypto';
import type { WeightBlock } from '../decompose/block.ts';
import { type FullFactors, factorAlgorithmVersion, type SampledStatistics } from '../decompose/factorise.ts';
import type { MethodName } from '../decompose/method.ts';
import { type ObjectCache, type ObjectCacheOptions, openObjectCache } from '../host/object-cache.ts';

export type FactorCache = ObjectCache<FullFactors>;

export const openFactorCache = (options: ObjectCacheOptions = {}): FactorCache =>
  openObjectCache('factors', 'Factors', options);

/**
 * `<sha256 of extents and numbers>-<method>-v<algorithm version>`; for data-aware factors the hash covers the statistics that they depend on as
 * well, and a `d` stands before the version.
 */
export function factorKey(block: WeightBlock, method: MethodName, seen: SampledStatistics | null = null): string {
  const { groups, outPerGroup, inPerGroup, kernel, data } = block;
  const hash = createHash('sha256');
  hash.update(`${groups} ${outPerGroup} ${inPerGroup} ${kernel[0]} ${kernel[1]}\n`);
  hash.update(bytesOf(data));
  if (seen) hash.update(statisticsHash(seen));
  return `${hash.digest('hex')}-${method}-${seen ? 'd' : ''}v${factorAlgorithmVersion}`;
}

/** SHA-256 (hexadecimal) of all that a metric is made of. */
function statisticsHash({ statistics, images }: SampledStatistics): string {
  const { input, output, outputScale, outputVariance, outputMean, sensitivity } = statistics;
  const hash = createHash('sha256');
  hash.update(`${images} ${input?.kind} ${input?.order} ${output?.order} ${sensitivity?.order}\n`);
  for (const part of [input?.data, output?.data, outputScale, outputVariance, outputMean, sensitivity?.data]) {
    if (part) hash.update(bytesOf(part));
  }
  return hash.digest('hex');
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
