/** How far a study is, on one line: what its events have told so far, and the time at which it is shown. All times are milliseconds since 1970. */

import type { StudyEvent } from '../events/event.ts';
import type { StageReached } from '../events/stage.ts';
import { median } from '../stats/robust.ts';
import { formatDuration } from '../units/duration.ts';
import { formatPoints, formatSpeedup } from '../units/format.ts';
import { stageLine } from './stage-text.ts';

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
  readonly refine: { readonly done: number; readonly total: number; readonly at: string } | null;
  /** The stage that is under way, or the last one before the study is open. */
  readonly stage: (Omit<StageReached, 'kind'> & { readonly sinceMs: number }) | null;
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
  refine: null,
  stage: null,
};

export function advance(progress: Progress, event: StudyEvent): Progress {
  const nowMs = event.atMs;
  switch (event.kind) {
    case 'study-started':
      return {
        ...noProgress,
        planned: event.trialsPlanned ?? Number.POSITIVE_INFINITY,
        done: event.resumedFrom,
        deadlineMs: event.timeMs === null ? null : nowMs + event.timeMs,
        sinceMs: nowMs,
      };
    case 'stage':
      return { ...progress, stage: stageAfter(progress, event) };
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
      return { ...progress, confirm: { done: 0, total: event.trials.length }, ...fresh, sinceMs: nowMs };
    case 'confirmed': {
      const { gapsMs, sinceMs } = ended(progress, nowMs);
      const busy = event.quality === 'good' ? '' : ' disturbed';
      const last = `${formatSpeedup(1 / event.ratio)}${busy} ${formatPoints(-event.drop)}`;
      return { ...progress, gapsMs, sinceMs, last, confirm: { done: event.done, total: event.total } };
    }
    case 'refine-started':
      return { ...progress, refine: { done: 0, total: event.trials.length, at: '' }, ...fresh, sinceMs: nowMs };
    case 'refine-pass': {
      const { trial, pass, passes, heldBackLoss, lossBefore } = event;
      const share = lossBefore > 0 ? `, loss ${Math.round((100 * heldBackLoss) / lossBefore)} %` : '';
      const at = `trial ${trial} pass ${pass}/${passes}${share}`;
      return { ...progress, stage: null, refine: progress.refine && { ...progress.refine, at } };
    }
    case 'refined':
      return { ...progress, refine: { done: event.done, total: event.total, at: '' } };
    case 'study-finished':
      return { ...progress, frontSize: event.frontSize };
    case 'site-table':
      return { ...progress, stage: null, sinceMs: nowMs };
    case 'trial-started':
      return progress.stage ? { ...progress, stage: null } : progress;
    case 'sweep-planned':
    case 'remeasured':
    case 'limits':
    case 'warning':
    case 'confirm-finished':
      return progress;
    default:
      return event satisfies never;
  }
}

const fresh: Pick<Progress, 'gapsMs' | 'last' | 'stage'> = { gapsMs: [], last: '', stage: null };

/** While the study is not open yet, there is nothing else to show than the stage that ended last. */
function stageAfter({ stage: before, planned }: Progress, event: StudyEvent & StageReached): Progress['stage'] {
  const { stage, done, total, atMs } = event;
  if (done >= total && planned > 0) return null;
  return { stage, done, total, sinceMs: before?.stage === stage ? before.sinceMs : atMs };
}

/** Milliseconds to the end of the stage, at its mean speed so far; null while that is not known. */
function stageEtaMs({ done, total, sinceMs }: NonNullable<Progress['stage']>, nowMs: number): number | null {
  const tookMs = nowMs - sinceMs;
  return done > 0 && done < total && tookMs >= speedKnownMs ? (tookMs / done) * (total - done) : null;
}

/** A speed over a shorter time says nothing. */
const speedKnownMs = 2000;

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
  const leftMs = Math.max(0, left) * gapMs - (left > 0 ? Math.min(gapMs, Math.max(0, nowMs - sinceMs)) : 0);
  return Math.min(leftMs, untilDeadlineMs);
}

/** At most 100 characters, without colours or line breaks. */
export function progressLine(progress: Progress, nowMs: number): string {
  const { done, planned, failed, frontSize, hypervolume, last, confirm, refine, stage } = progress;
  if (stage) {
    const leftMs = stageEtaMs(stage, nowMs);
    return leftMs === null ? stageLine(stage) : `${stageLine(stage)}  ETA ${formatDuration(leftMs)}`;
  }
  if (refine) return `refine ${refine.done}/${refine.total}  ${refine.at}`.trimEnd();
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
