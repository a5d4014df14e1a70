import { expect, test } from 'vitest';
import type { Stage } from '../../src/events/stage.ts';
import { advance, noProgress, type Progress, progressLine } from '../../src/report/progress.ts';
import { stageEndText, stageLine } from '../../src/report/stage-text.ts';

const started = {
  kind: 'study-started',
  ...{ study: 'night', trialsPlanned: 10, timeMs: null, sites: 2, spaceSize: '9', resumedFrom: 0 },
} as const;

/** After stages at the times of a clock. */
const played = (from: Progress, stage: Stage, ...steps: readonly (readonly [atMs: number, done: number])[]): Progress =>
  steps.reduce((progress, [atMs, done]) => advance(progress, { kind: 'stage', stage, done, total: 40, atMs }), from);

test('before the study is open a stage is all there is to show, and what is left of it at its mean speed', () => {
  const begun = played(noProgress, 'factors', [1000, 0], [2000, 1]);
  // After one second a speed is not known yet.
  expect(progressLine(begun, 2000)).toBe('factors 1/40');
  const later = played(begun, 'factors', [11_000, 10]);
  expect(progressLine(later, 11_000)).toBe('factors 10/40  ETA 30 s');
  const end = played(later, 'factors', [41_000, 40]);
  expect(progressLine(end, 60_000)).toBe('factors 40/40');
  expect(progressLine(played(end, 'images', [61_000, 4]), 61_000)).toBe('preparing images 4/40');
});

test('a stage of an open study gives way to the trials when it ends', () => {
  const open = advance(played(noProgress, 'images', [0, 20]), { ...started, atMs: 5000 });
  expect(progressLine(open, 5000)).toBe('trial 0/10  front 1');
  const sweeping = played(open, 'sweep', [6000, 0], [10_000, 20]);
  expect(progressLine(sweeping, 10_000)).toBe('single sites 20/40  ETA 4.0 s');
  expect(progressLine(played(sweeping, 'sweep', [14_000, 40]), 14_000)).toBe('trial 0/10  front 1');
  // One that failed half-way is over when the next trial starts.
  const next = advance(sweeping, { kind: 'trial-started', trial: 1, strategy: 'random', atMs: 11_000 });
  expect(progressLine(next, 11_000)).toBe('trial 0/10  front 1');
});

test('the time of the sweep is not counted to the first trial', () => {
  const open = advance(noProgress, { ...started, atMs: 0 });
  const swept = advance(open, {
    ...{ kind: 'site-table', sites: 2, measured: 4, left: 0, wallMs: 600_000, atMs: 600_000 },
  } as const);
  const failed = { kind: 'trial-failed', trial: 1, reason: 'timed-out', detail: '', atMs: 660_000 } as const;
  expect(advance(swept, failed).gapsMs).toEqual([60_000]);
});

test('the end of a stage is one sentence with its number and its time, but for what another event tells', () => {
  expect(stageEndText({ stage: 'factors', done: 40, total: 40 }, 12_000)).toBe('Made 40 factorisations ready in 12 s.');
  expect(stageEndText({ stage: 'sweep', done: 40, total: 40 }, 12_000)).toBeNull();
  expect(stageLine({ stage: 'statistics', done: 64, total: 512 })).toBe('statistics from images 64/512');
});
