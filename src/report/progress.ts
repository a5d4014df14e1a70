/** How far a study is, on one line: what the loop has told so far, and the clock of whoever shows it. */

import type { StudyEvent } from '../events/event.ts';
import { median } from '../stats/robust.ts';
import { formatDuration } from '../units/duration.ts';
import { formatPoints, formatSpeedup } from '../units/format.ts';

export interface Progress {
  /** Infinity when time alone ends the search. */
  readonly planned: number;
  /** Complete, pruned and failed trials, those of earlier runs included. */
  readonly done: number;
  readonly failed: number;
  readonly frontSize: number;
  readonly hypervolume: number;
  readonly last: string;
  /** When the wall-time budget of this run ends; null without one. */
  readonly deadlineMs: number | null;
  /** When the last trial came to its end, or the first could start. */
  readonly sinceMs: number;
  /** Between the ends of the last trials: what a trial costs with all that goes with it, however many run at once. */
  readonly gapsMs: readonly number[];
  readonly confirm: { readonly done: number; readonly total: number } | null;
}

/** Enough for a steady median, few enough to follow a machine that has become slower. */
const gapsKept = 15;

export const noProgress: Progress = {
  planned: 0,
  done: 0,
  failed: 0,
  frontSize: 1,
  hypervolume: 0,
  last: '',
  deadlineMs: null,
  sinceMs: 0,
  gapsMs: [],
  confirm: null,
};

/** `nowMs`: any clock in milliseconds that never goes back, the same in every call. */
export function advance(progress: Progress, event: StudyEvent, nowMs: number): Progress {
  switch (event.kind) {
    case 'study-started':
      return {
        ...noProgress,
        planned: event.trialsPlanned ?? Number.POSITIVE_INFINITY,
        done: event.resumedFrom,
        deadlineMs: event.timeMs === null ? null : nowMs + event.timeMs,
        sinceMs: nowMs,
      };
    case 'dense':
      return { ...progress, sinceMs: nowMs, last: 'dense model' };
    case 'trial-finished': {
      const { frontSize, hypervolume } = event;
      const busy = event.quality === 'good' ? '' : ' disturbed';
      const last = `${formatSpeedup(1 / event.ratio)}${busy} ${formatPoints(-event.drop)}${event.onFront ? ' on front' : ''}`;
      return { ...ended(progress, nowMs), frontSize, hypervolume, last };
    }
    case 'trial-pruned':
      return {
        ...ended(progress, nowMs),
        last: `${formatSpeedup(1 / event.ratio)} ${formatPoints(-event.drop)} stopped early`,
      };
    case 'trial-failed':
      return { ...ended(progress, nowMs), failed: progress.failed + 1, last: event.reason };
    case 'confirm-started':
      return { ...progress, confirm: { done: 0, total: event.trials.length }, sinceMs: nowMs, gapsMs: [], last: '' };
    case 'confirmed': {
      const { gapsMs, sinceMs } = ended(progress, nowMs);
      const busy = event.quality === 'good' ? '' : ' disturbed';
      const last = `${formatSpeedup(1 / event.ratio)}${busy} ${formatPoints(-event.drop)}`;
      return { ...progress, gapsMs, sinceMs, last, confirm: { done: event.done, total: event.total } };
    }
    case 'study-finished':
      return { ...progress, frontSize: event.frontSize };
    case 'trial-started':
    case 'remeasured':
    case 'site-table':
    case 'limits':
    case 'warning':
    case 'confirm-finished':
      return progress;
    default:
      return event satisfies never;
  }
}

const ended = (progress: Progress, nowMs: number): Progress => ({
  ...progress,
  done: progress.done + 1,
  gapsMs: [...progress.gapsMs, nowMs - progress.sinceMs].slice(-gapsKept),
  sinceMs: nowMs,
});

/** Trials in an hour, from the median gap: one trial that hung does not move it. Null before the first. */
export function trialsPerHour({ gapsMs }: Progress): number | null {
  const gapMs = gapsMs.length > 0 ? median(gapsMs) : 0;
  return gapMs > 0 ? 3_600_000 / gapMs : null;
}

/** Milliseconds to the end of the stage: what is left at the median gap, never past the deadline. Null before the first trial. */
export function etaMs(progress: Progress, nowMs: number): number | null {
  const { gapsMs, sinceMs, confirm, planned, done, deadlineMs } = progress;
  const left = confirm ? confirm.total - confirm.done : planned - done;
  const untilDeadlineMs = deadlineMs === null || confirm ? Number.POSITIVE_INFINITY : Math.max(0, deadlineMs - nowMs);
  if (gapsMs.length === 0) return Number.isFinite(untilDeadlineMs) ? untilDeadlineMs : null;
  const gapMs = median(gapsMs);
  // The trial under way has used up a part of its gap, at most all of it.
  const leftMs = Math.max(0, left) * gapMs - (left > 0 ? Math.min(gapMs, nowMs - sinceMs) : 0);
  return Math.min(leftMs, untilDeadlineMs);
}

/** At most 100 characters, without colours or line breaks. */
export function progressLine(progress: Progress, nowMs: number): string {
  const { done, planned, failed, frontSize, hypervolume, last, confirm } = progress;
  const perHour = trialsPerHour(progress);
  const eta = etaMs(progress, nowMs);
  const parts = [
    confirm
      ? `confirm ${confirm.done}/${confirm.total}`
      : Number.isFinite(planned)
        ? `trial ${done}/${planned}`
        : `trial ${done}`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(perHour === null ? [] : [`${perHour < 10 ? perHour.toFixed(1) : Math.round(perHour)}/h`]),
    ...(eta === null ? [] : [`ETA ${formatDuration(eta)}`]),
    // Confirming alone is told of no front.
    ...(planned > 0 ? [`front ${frontSize}`] : []),
    ...(hypervolume > 0 ? [`HV ${hypervolume.toPrecision(4)}`] : []),
    ...(last === '' ? [] : [`last ${last}`]),
  ];
  return parts.join('  ').slice(0, 100);
}
