/** From what was counted to what was in the way. The limits stand here and nowhere else. */
import type { Cause } from './conditions.ts';
import type { Strain } from './vitals.ts';

export interface Machine {
  /** Cores that the measuring process may use. */
  readonly cores: number;
  /** Threads that the measurement needs; 0 when it runs elsewhere than on these cores. */
  readonly threads: number;
}

/**
 * Sessions on a quiet machine waited for 0.3 to 2.5 % of the time that they wanted to run; beside one busy process for 25 % and more.
 * Between them lie short spells of housekeeping, which a median of pairs bears.
 */
const waitedLimit = 0.04;
/**
 * Busy cores beyond those that are left over: it catches what runs in the gaps at a low priority. That takes no core from
 * anybody, and yet empties the caches: ResNet-56 read as 0.97 of dense where 0.63 was right, beside 0.19 such cores.
 */
const housekeepingCores = 0.13;
const stolenLimit = 0.03;
/** Quiet spells of a virtual machine differed by up to 25 % in speed, and the ratio did not. */
const slowLimit = 1.3;

/** Nothing when the time was quiet. */
export function causesOf(
  strain: Strain,
  { cores, threads }: Machine,
  slowdown: number | null,
  names: readonly string[] = [],
): Cause[] {
  const causes: Cause[] = [];
  if (threads > cores) causes.push({ kind: 'few-cores', cores, threads });
  const { waitedShare, otherBusyCores, stolenShare } = strain;
  const spare = Math.max(0, cores - threads);
  if (otherBusyCores !== null && threads > 0 && otherBusyCores > spare + housekeepingCores)
    causes.push({ kind: 'other-load', busyCores: otherBusyCores, names });
  if (waitedShare !== null && threads > 0 && waitedShare > waitedLimit)
    causes.push({ kind: 'waited-for-cores', share: waitedShare });
  if (stolenShare !== null && threads > 0 && stolenShare > stolenLimit)
    causes.push({ kind: 'stolen', share: stolenShare });
  if (slowdown !== null && slowdown > slowLimit) causes.push({ kind: 'slow-reference', slowdown });
  return causes;
}
