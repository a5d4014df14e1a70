/** Limits that no trial keeps to, told once: the best that was seen, and the way out. */

import type { Limits } from '../../objectives/limit.ts';
import { givenLimits, limitsText } from '../../objectives/limits.ts';
import type { Kind } from '../../objectives/objective.ts';
import { axes, objectives } from '../../objectives/objectives.ts';
import { formatMs, formatPoints, formatSpeedup } from '../../units/format.ts';
import { keeps, keepsFurther, type Limited } from './further.ts';
import { within } from './judge.ts';

/** A trial that was observed, stopped early or not. */
export interface Tried {
  readonly trial: number;
  readonly speedup: number;
  readonly latencyMs: number;
  /** Share of all images, as far as they were scored. */
  readonly drop: number;
  /** In the other objectives of the study; missing where there are none. */
  readonly further?: Readonly<Partial<Record<Kind, Limited>>>;
}

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
  const small = tried.filter(({ further = {} }) => keepsFurther(limits, kind => further[kind]));
  const fast = small.filter(fastEnough(limits));
  if (fast.some(({ drop }) => maxDrop === undefined || within(drop, maxDrop))) return null;
  const none = tried.length === 1 ? 'The one trial so far does not keep' : `None of ${tried.length} trials keeps`;
  return `${none} to the limits (${words}): ${small.length === 0 ? smallestSeen(limits, tried) : bestSeen(small, fast)}; give wider limits, or remove them with --max-drop none.`;
}

/** Of the first limit that not one trial keeps to by itself, or of the first that is set. */
function smallestSeen(limits: Limits, tried: readonly Tried[]): string {
  const set = givenLimits(limits).filter(({ kind }) => !axes.includes(kind));
  const amount = ({ further = {} }: Tried, kind: Kind): number => further[kind]?.amount ?? Number.NaN;
  const binding = set.find(limit => tried.every(({ further = {} }) => !keeps(limit, further[limit.kind]))) ?? set[0];
  if (!binding) return 'nothing is small enough';
  const { words, amountText, kind } = objectives[binding.kind];
  const least = tried.reduce((best, each) => (amount(each, kind) < amount(best, kind) ? each : best));
  return `the least ${words} is that of trial ${least.trial}, ${amountText(amount(least, kind))}`;
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
