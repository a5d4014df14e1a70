/** Durations as people write them: `8h`, `1h30m`, `90s`, `250ms`. */
import { UserError } from '../errors/user-error.ts';

const unitMs: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const whole = /^(?:\d+(?:\.\d+)?\s*(?:d|h|ms|m|s)\s*)+$/;
const parts = /(\d+(?:\.\d+)?)\s*(d|h|ms|m|s)/g;

/**
 * Milliseconds of a text such as `8h`, `30m`, `90s` or `1h 30m`; more than none.
 *
 * @param name what the text is called in an error, such as `--time`
 * @throws UserError for anything else, also for a number without a unit
 */
export function parseDuration(text: string, name = 'the duration'): number {
  const trimmed = text.trim().toLowerCase();
  if (whole.test(trimmed)) {
    const found = [...trimmed.matchAll(parts)].map(([, count, unit]) => ({
      count: Number(count),
      inMs: unitMs[unit ?? ''] ?? Number.NaN,
    }));
    const descending = found.every(({ inMs }, index) => index === 0 || inMs < (found[index - 1]?.inMs ?? 0));
    const totalMs = found.reduce((sum, { count, inMs }) => sum + count * inMs, 0);
    if (descending && totalMs > 0 && Number.isFinite(totalMs)) return totalMs;
  }
  throw new UserError(
    `Cannot read ${name}: expected a duration such as 8h, 30m, 90s or 1h30m, found ${JSON.stringify(text)}.`,
    wayOut(trimmed),
  );
}

function wayOut(text: string): string {
  if (text.startsWith('-')) return 'A duration is positive: leave out the minus.';
  if (/\d/.test(text) && !/[1-9]/.test(text)) return 'A duration is positive: give more than nothing.';
  if (/^\d+(\.\d+)?$/.test(text)) return `Add the unit: ${text}s, ${text}m or ${text}h.`;
  return 'Write a number and its unit, the greater unit first.';
}

/** The two greatest units of a duration, for progress lines: `340 ms`, `4.2 s`, `3 m 20 s`, `7 h 05 m`, `2 d 03 h`. */
export function formatDuration(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return '-';
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  if (durationMs < 9950) return `${(durationMs / 1000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(durationMs / 60_000);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`;
  const hours = Math.round(durationMs / 3_600_000);
  return `${Math.floor(hours / 24)} d ${twoDigits(hours % 24)} h`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');
