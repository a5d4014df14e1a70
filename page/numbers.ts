/** Numbers as the page writes them. What follows `±` is half the width of a 95 % interval, here as everywhere. */
import type { Kind } from '../src/objectives/objective.ts';
import { objectives } from '../src/objectives/objectives.ts';
import { z95 } from '../src/stats/normal.ts';
import { formatDuration } from '../src/units/duration.ts';
import { formatPercent } from '../src/units/format.ts';

export { formatDuration } from '../src/units/duration.ts';
export { formatCount, formatMacs, formatMs, formatPercent, formatPoints, formatSpeedup } from '../src/units/format.ts';

/** `6.13 ms`, `62.34 %`, `7.91 MB` */
export const amountText = (kind: string, amount: number | null): string =>
  amount === null || !Number.isFinite(amount)
    ? '-'
    : kind === 'accuracy'
      ? formatPercent(amount)
      : objectives[kind as Kind].amountText(amount);

export const halfWidth = (standardError: number): number => z95 * standardError;

/** `1.28x ± 0.02` from what is minimised, candidate time over dense time. */
export function speedupOf(ratio: number, standardError: number): string {
  if (!(ratio > 0)) return '-';
  // First order: the error of 1 / r is that of r over r squared.
  return `${(1 / ratio).toFixed(2)}x ± ${(halfWidth(standardError) / ratio ** 2).toFixed(2)}`;
}

/** `3 m 20 s ago` */
export const ago = (atMs: number, nowMs: number): string => `${formatDuration(Math.max(0, nowMs - atMs))} ago`;

/** In the time zone of the reader: `2026-03-01 14:05:09`. */
export function timeText(atMs: number): string {
  const time = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}
