/**
 * Taking out of two paired series what slowed both down.
 *
 *   x_i, y_i   the i-th pair, i = 1..n, taken one right after the other
 *   p_i        (log(x_i / median(x)) + log(y_i / median(y))) / 2, how slow the i-th pair was
 *   s_i        median of p_{i-h} .. p_{i+h}, the level around it; fewer at the ends
 *
 * x_i exp(-s_i) and y_i exp(-s_i) are what the pair would have taken at the level of the whole run. Both are divided by
 * the same number, so the ratio of no pair changes. The medians do: where load comes and goes, those of the raw series
 * fall into the gap between quiet and loaded calls, now on one side of it and now on the other. Those of the levelled
 * ones do not.
 */
import { median } from './robust.ts';
import { requirePaired } from './sample.ts';

/** h: five pairs tell a level from a single slow call, and load rarely comes and goes within them. */
const halfWindow = 2;

/** The levelled series, in the unit and the order of the given ones; every value must be positive. */
export function levelled(x: readonly number[], y: readonly number[]): { x: number[]; y: number[] } {
  requirePaired(x, y);
  const centreX = median(x);
  const centreY = median(y);
  const slowness = x.map((value, i) => (Math.log(value / centreX) + Math.log(y[i]! / centreY)) / 2);
  const scale = slowness.map((_, i) =>
    Math.exp(-median(slowness.slice(Math.max(0, i - halfWindow), i + halfWindow + 1))),
  );
  return { x: x.map((value, i) => value * scale[i]!), y: y.map((value, i) => value * scale[i]!) };
}
