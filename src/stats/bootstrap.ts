/** The bootstrap over independent items (Efron 1979): what other items, as many, would have shown. */
import type { Rng } from '../random/rng.ts';
import { quantile } from './robust.ts';

export interface BootstrapOptions {
  readonly rng: Rng;
  /** 2000 by default. */
  readonly resamples?: number;
}

/**
 * The 95 % percentile interval of a statistic of `items` items.
 *
 * @param statistic given how often each item was drawn, which sums to `items`; null where it says nothing
 * @returns null when fewer than half of the resamples say something, and when all of them say the same: a sample without a
 *   disagreement does not tell how rare one is
 */
export function bootstrapInterval(
  items: number,
  statistic: (counts: readonly number[]) => number | null,
  { rng, resamples = 2000 }: BootstrapOptions,
): [low: number, high: number] | null {
  const values: number[] = [];
  for (let b = 0; b < resamples; b++) {
    const counts = new Array<number>(items).fill(0);
    for (let i = 0; i < items; i++) counts[rng.integer(items)]!++;
    const value = statistic(counts);
    if (value !== null) values.push(value);
  }
  if (values.length < resamples / 2 || values.every(value => value === values[0])) return null;
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

/** The items of a resample, each as often as it was drawn. */
export const drawn = <T>(items: readonly T[], counts: readonly number[]): T[] =>
  items.flatMap((item, i) => new Array<T>(counts[i] ?? 0).fill(item));
