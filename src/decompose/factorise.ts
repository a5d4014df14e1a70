/** Full-rank factors of one weight: computed once per weight and method, then sliced for every rank. */
import type { WeightBlock } from './block.ts';
import type { FullFactors } from './factors/factors.ts';
import { inputFactors } from './factors/input.ts';
import { spatialFactors } from './factors/spatial.ts';
import { svdFactors } from './factors/svd.ts';
import { tuckerFactors } from './factors/tucker2.ts';
import type { FactorMethod } from './method.ts';

export type { FullFactors, TuckerFactors, TwoFactors } from './factors/factors.ts';

/** Part of the key of every stored factor: to be raised whenever the same weight would yield other numbers. */
export const factorAlgorithmVersion = 1;

/** Pure, and plain data in and out: it may run in a thread. Weights must be finite. */
export function factorise(block: WeightBlock, method: FactorMethod): FullFactors {
  switch (method) {
    case 'svd':
      return svdFactors(block);
    case 'spatial':
      return spatialFactors(block);
    case 'input':
      return inputFactors(block);
    case 'tucker2':
      return tuckerFactors(block);
    default:
      return method satisfies never;
  }
}
