/**
 * Taking out what the order of two blocks does to a ratio.
 *
 *   l_k   logarithm of the ratio in session k, whose two blocks were timed one after the other, k = 1..K
 *   o_k   +1 where the numerator came first, -1 where the denominator did; o their mean
 *   b     what half the time between two blocks does to a logarithm, the first block being faster: drift, or a processor that warms up
 *
 *   l_k = m - b o_k + e_k,   b = - sum (o_k - o) (l_k - mean(l)) / S,   S = sum (o_k - o)^2     (least squares)
 *
 * l_k + b o_k is what both would have shown at one time. Its mean is the estimate of m, with the variance of e times (1 / K + o^2 / S).
 * Where all orders are the same, b cannot be told from m, and nothing is taken out.
 */
import { requirePaired } from './sample.ts';

export interface OrderFree {
  readonly ratios: readonly number[];
  /** Degrees of freedom that the estimate of b takes: 1, or 0 where nothing was taken out. */
  readonly estimated: number;
  /** 1 + K o^2 / S: by so much the variance of the mean is larger than without b. */
  readonly inflation: number;
  /** b. */
  readonly effect: number;
}

/** @param first one per ratio, whether the numerator came first */
export function withoutOrder(ratios: readonly number[], first: readonly boolean[]): OrderFree {
  const order = first.map(each => (each ? 1 : -1));
  requirePaired(ratios, order);
  const count = ratios.length;
  const logs = ratios.map(Math.log);
  const meanLog = logs.reduce((sum, log) => sum + log, 0) / count;
  const meanOrder = order.reduce<number>((sum, each) => sum + each, 0) / count;
  const squares = order.reduce<number>((sum, each) => sum + (each - meanOrder) ** 2, 0);
  if (squares === 0) return { ratios, estimated: 0, inflation: 1, effect: 0 };
  const products = order.reduce<number>((sum, each, k) => sum + (each - meanOrder) * (logs[k]! - meanLog), 0);
  const effect = -products / squares;
  return {
    ratios: logs.map((log, k) => Math.exp(log + effect * order[k]!)),
    estimated: 1,
    inflation: 1 + (count * meanOrder ** 2) / squares,
    effect,
  };
}
