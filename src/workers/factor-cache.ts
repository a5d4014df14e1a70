/** Full-rank factors on disk, by the hash of the weight, so that a second study of the same network computes none. */
import { createHash } from 'node:crypto';
import type { WeightBlock } from '../decompose/block.ts';
import { type FullFactors, factorAlgorithmVersion } from '../decompose/factorise.ts';
import type { FactorMethod } from '../decompose/method.ts';
import { type ObjectCache, type ObjectCacheOptions, openObjectCache } from './object-cache.ts';

export type FactorCache = ObjectCache<FullFactors>;

export const openFactorCache = (options: ObjectCacheOptions = {}): FactorCache =>
  openObjectCache('factors', 'Factors', options);

/** `<sha256 of extents and numbers>-<method>-v<algorithm version>`. */
export function factorKey(block: WeightBlock, method: FactorMethod): string {
  const { groups, outPerGroup, inPerGroup, kernel, data } = block;
  const hash = createHash('sha256');
  hash.update(`${groups} ${outPerGroup} ${inPerGroup} ${kernel[0]} ${kernel[1]}\n`);
  hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return `${hash.digest('hex')}-${method}-v${factorAlgorithmVersion}`;
}
