/**
 * The ratio of the medians of two paired series, and its bootstrap interval.
 *
 *   x_i, y_i   the i-th pair, i = 1..n, taken one right after the other (any unit)
 *   R          median(x) / median(y)
 *   l          block length in pairs
 *
 * Pairs that follow each other resemble each other (load comes and goes, clocks ramp), so single pairs must not be
 * resampled as if they were independent: the interval would be too narrow. The circular block bootstrap (Politis and
 * Romano 1992) draws ceil(n / l) blocks of l consecutive pairs, the last wrapping round to the first. A block keeps x and
 * y together, so that whatever slowed both down cancels in R. l = ceil(n^(1/3)) is the order that minimises the error of
 * a variance (Hall, Horowitz and Jing 1995, eq. 2.5). The interval is the percentile interval of log R*.
 */
import type { Rng } from '../random/rng.ts';
import { median, quantile } from './robust.ts';
import { requirePaired } from './sample.ts';

export interface RatioOptions {
  readonly rng: Rng;
  /** 1000 by default. */
  readonly resamples?: number;
  /** 0.95 by default. */
  readonly level?: number;
  /** In pairs; ceil(n^(1/3)) by default. */
  readonly blockLength?: number;
}

/** R; throws a RangeError unless the series are equally long and not empty. */
export function ratioOfMedians(x: readonly number[], y: readonly number[]): number {
  requirePaired(x, y);
  return median(x) / median(y);
}

/** The central `level` interval of R*, as [low, high]; of one pair, the ratio itself twice. */
export function ratioInterval(x: readonly number[], y: readonly number[], options: RatioOptions): [number, number] {
  requirePaired(x, y);
  const { rng, resamples = 1000, level = 0.95 } = options;
  const n = x.length;
  const length = Math.min(n, Math.max(1, options.blockLength ?? Math.ceil(Math.cbrt(n))));
  const xOrder = sortedOrder(x);
  const yOrder = sortedOrder(y);
  const counts = new Uint32Array(n);
  const logs: number[] = [];
  for (let b = 0; b < resamples; b++) {
    drawBlocks(counts, length, rng);
    logs.push(Math.log(weightedMedian(x, xOrder, counts) / weightedMedian(y, yOrder, counts)));
  }
  const tail = (1 - level) / 2;
  return [Math.exp(quantile(logs, tail)), Math.exp(quantile(logs, 1 - tail))];
}

/** Half the width of an interval of a ratio, as a share of the ratio. */
export const relativeHalfWidth = ([low, high]: readonly [number, number], ratio: number): number =>
  (high - low) / 2 / ratio;

/** Fills `counts` with how often each of its n pairs is drawn; they sum to n, the last block being cut short. */
function drawBlocks(counts: Uint32Array, length: number, rng: Rng): void {
  const n = counts.length;
  counts.fill(0);
  for (let drawn = 0; drawn < n; drawn += length) {
    const start = rng.integer(n);
    const end = start + Math.min(length, n - drawn);
    for (let i = start; i < end; i++) counts[i < n ? i : i - n]!++;
  }
}

/** Median of the sample in which `values[i]` stands `counts[i]` times, as many in all as there are values. */
function weightedMedian(values: readonly number[], order: Uint32Array, counts: Uint32Array): number {
  const n = values.length;
  const upper = Math.floor(n / 2); // 0-based rank of the middle value, or of the upper of two
  const lower = n % 2 === 1 ? upper : upper - 1;
  let seen = 0;
  let low = 0;
  for (let k = 0, found = false; k < n; k++) {
    const i = order[k]!;
    seen += counts[i]!;
    if (!found && seen > lower) {
      low = values[i]!;
      found = true;
    }
    if (seen > upper) return (low + values[i]!) / 2;
  }
  return low;
}

const sortedOrder = (values: readonly number[]): Uint32Array =>
  Uint32Array.from(values.keys()).sort((i, j) => values[i]! - values[j]!);
