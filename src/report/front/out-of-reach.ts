/** Limits that no trial keeps to, told once: the best that was seen, and the way out. */

import type { LimitsSet } from '../../events/event.ts';
import { formatMs, formatPoints, formatSpeedup } from '../../units/format.ts';
import { limitsText } from '../event-text.ts';
import { within } from './judge.ts';

/** A trial that was observed, stopped early or not. */
export interface Tried {
  readonly trial: number;
  readonly speedup: number;
  readonly latencyMs: number;
  /** Share of all images, as far as they were scored. */
  readonly drop: number;
}

type Limits = Omit<LimitsSet, 'kind' | 'resumed'>;

/** With so many trials seen, and none within the limits, a search is told to be out of reach; the first of a search span the whole front. */
export const trialsBeforeWarning = 15;

/** What rounding alone adds to a value on its limit breaks nothing. */
const rounding = 1e-9;

const fastEnough =
  ({ maxLatencyMs, minSpeedup }: Limits) =>
  ({ latencyMs, speedup }: Tried): boolean =>
    (maxLatencyMs === undefined || latencyMs <= maxLatencyMs * (1 + rounding)) &&
    (minSpeedup === undefined || speedup >= minSpeedup * (1 - rounding));

/**
 * One sentence, or null where a trial keeps to the limits, there are none, or nothing was tried.
 *
 * @param tried without the dense model, which keeps to a drop by itself
 */
export function outOfReach(limits: Limits, tried: readonly Tried[]): string | null {
  const words = limitsText(limits);
  const [first] = tried;
  if (!words || !first) return null;
  const { maxDrop } = limits;
  const fast = tried.filter(fastEnough(limits));
  if (fast.some(({ drop }) => maxDrop === undefined || within(drop, maxDrop))) return null;
  const none = tried.length === 1 ? 'The one trial so far does not keep' : `None of ${tried.length} trials keeps`;
  return `${none} to the limits (${words}): ${bestSeen(tried, fast)}; give wider limits, or remove them with --max-drop none.`;
}

/** Speed first: what is fast enough is compared by what it loses. */
function bestSeen(tried: readonly Tried[], fast: readonly Tried[]): string {
  const least = (all: readonly Tried[], by: (each: Tried) => number): Tried =>
    all.reduce((best, each) => (by(each) < by(best) ? each : best));
  if (fast.length === 0) {
    const { trial, speedup, latencyMs } = least(tried, ({ speedup }) => -speedup);
    return `the fastest is trial ${trial}, ${formatSpeedup(speedup)} at ${formatMs(latencyMs)}`;
  }
  const { trial, drop } = least(fast, each => each.drop);
  const all = fast.length === tried.length;
  return `${all ? '' : 'of those that are fast enough, '}trial ${trial} loses least, ${formatPoints(-drop)}`;
}
