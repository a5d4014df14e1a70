/**
 * Keeps the first factor of a site of two, and the outer two of a site of three, as the factorisation made them: they span the space
 * that the rest learns in (Ahmed et al. 2024, arXiv 2407.20266). Norms, biases and dense layers are trained.
 */
import type { FreezeLayer } from '../layers.ts';
import { type FreezingPolicy, without } from '../policy.ts';

/** Of two the first, of three the first and the last. */
export const isOuter = ({ chain }: FreezeLayer): boolean =>
  chain !== null && (chain.position === 0 || (chain.length === 3 && chain.position === 2));

export const firstFactor: FreezingPolicy = (_, layers) =>
  without(layers, (weight, layer) => weight === layer.factor && isOuter(layer));
