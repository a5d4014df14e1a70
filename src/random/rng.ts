/** Seeded random numbers: always an argument, with a state that can be stored and resumed. */
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** The state of a generator, four 32-bit integers; plain data, to be stored. */
export type RngState = readonly number[];

export interface Rng {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Uniform among the integers 0 to n - 1; n >= 1. */
  integer(n: number): number;
  state(): RngState;
}

/** xoroshiro128+ (Blackman and Vigna 2018) started from a seed; any finite integer. */
export const seededRng = (seed: number): Rng => wrap(xoroshiro128plus(seed | 0));

/** Goes on exactly where `state` was taken. */
export const resumedRng = (state: RngState): Rng => wrap(xoroshiro128plusFromState(state));

const wrap = (generator: RandomGenerator): Rng => ({
  uniform: () => uniformFloat64(generator),
  integer: n => uniformInt(generator, 0, n - 1),
  state: () => generator.getState(),
});

/** A uniformly random order of `items` (Fisher-Yates); `items` is left as it is. */
export function shuffled<T>(items: readonly T[], rng: Rng): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = rng.integer(i + 1);
    const swapped = result[i]!;
    result[i] = result[j]!;
    result[j] = swapped;
  }
  return result;
}
