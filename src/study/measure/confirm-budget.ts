import type { LatencyBudget } from '../../device/device.ts';

/** A long run: half the interval and four times the time that the search spends on one latency. */
export const confirmBudget = (budget: LatencyBudget): LatencyBudget => ({
  ...budget,
  halfWidth: budget.halfWidth / 2,
  maxMs: budget.maxMs * 4,
  minPairs: budget.minPairs * 2,
});
