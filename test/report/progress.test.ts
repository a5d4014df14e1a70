import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventLine, type Happening } from '../../src/events/event.ts';
import { eventText } from '../../src/report/event-text.ts';
import { advance, etaMs, noProgress, type Progress, progressLine, trialsPerHour } from '../../src/report/progress.ts';

const started: Happening = {
  kind: 'study-started',
  study: 'night',
  trialsPlanned: 100,
  timeMs: null,
  sites: 20,
  spaceSize: '3.2e18',
  resumedFrom: 0,
};
const dense: Happening = { kind: 'dense', latencyMs: 38.4, accuracy: 0.6257, standardError: 0.0259, images: 350 };
const finished = (trial: number): Happening => ({
  kind: 'trial-finished',
  trial,
  ratio: 0.8,
  interval: [0.79, 0.82],
  latencyMs: 30.7,
  accuracy: 0.62,
  standardError: 0.026,
  drop: 0.0057,
  halfWidth: 0.0112,
  quality: 'good',
  macs: 1.2e9,
  onFront: true,
  frontSize: 7,
  hypervolume: 0.41237,
  wallMs: 60_000,
});
const failed = (trial: number): Happening => ({
  kind: 'trial-failed',
  trial,
  reason: 'timed-out',
  detail: 'no answer',
});

/** What a clock and the events at its times come to. */
const played = (...events: readonly (readonly [number, Happening])[]): Progress =>
  events.reduce((progress, [ms, event]) => advance(progress, { ...event, atMs: ms }), noProgress);

const minute = 60_000;

describe('rate and ETA', () => {
  test('are unknown before the first trial', () => {
    const progress = played([0, started], [5000, dense]);
    expect(trialsPerHour(progress)).toBeNull();
    expect(etaMs(progress, 5000)).toBeNull();
    expect(progressLine(progress, 5000)).toBe('trial 0/100  front 1  last dense model');
  });

  test('a trial a minute: 60 in an hour, 98 left after two', () => {
    const progress = played([0, started], [minute, dense], [2 * minute, finished(1)], [3 * minute, finished(2)]);
    expect(trialsPerHour(progress)).toBe(60);
    expect(etaMs(progress, 3 * minute)).toBe(98 * minute);
    expect(etaMs(progress, 3.5 * minute)).toBe(97.5 * minute);
  });

  test('a trial that hangs for an hour and fails does not move them', () => {
    const events = Array.from({ length: 9 }, (_, i) => [(i + 1) * minute, finished(i + 1)] as const);
    const progress = played([0, started], [0, dense], ...events, [9 * minute + 3_600_000, failed(10)]);
    expect(trialsPerHour(progress)).toBe(60);
    expect(etaMs(progress, 9 * minute + 3_600_000)).toBe(90 * minute);
    expect(progress).toMatchObject({ done: 10, failed: 1, last: 'timed-out' });
  });

  test('follow a machine that has become slower', () => {
    const quick = Array.from({ length: 20 }, (_, i) => [(i + 1) * minute, finished(i + 1)] as const);
    const slow = Array.from({ length: 15 }, (_, i) => [20 * minute + (i + 1) * 2 * minute, finished(21 + i)] as const);
    expect(trialsPerHour(played([0, started], [0, dense], ...quick, ...slow))).toBe(30);
  });

  test('end at the deadline of this run', () => {
    const limited = played([1000, { ...started, timeMs: 10 * minute }], [1000, dense], [1000 + minute, finished(1)]);
    expect(etaMs(limited, 1000 + minute)).toBe(9 * minute);
    expect(etaMs(limited, 1000 + 11 * minute)).toBe(0);
  });

  test('count a resumed study from where it was', () => {
    const progress = played([0, { ...started, resumedFrom: 90 }], [0, dense], [minute, finished(91)]);
    expect(progress.done).toBe(91);
    expect(etaMs(progress, minute)).toBe(9 * minute);
  });

  test('start anew for confirm, without the deadline of the search', () => {
    const progress = played(
      [0, { ...started, timeMs: minute }],
      [0, dense],
      [minute, finished(1)],
      [minute, { kind: 'confirm-started', trials: [1, 2, 3] }],
      [
        3 * minute,
        {
          kind: 'confirmed',
          trial: 1,
          ratio: 0.8,
          interval: [0.79, 0.81],
          accuracy: 0.6,
          drop: 0.01,
          halfWidth: 0.006,
          quality: 'good',
          done: 1,
          total: 3,
        },
      ],
    );
    expect(etaMs(progress, 3 * minute)).toBe(4 * minute);
    expect(progressLine(progress, 3 * minute)).toBe(
      'confirm 1/3  30/h  ETA 4 m 00 s  front 7  HV 0.4124  last 1.25x -1.00 pp',
    );
  });
});

test('the line of a search', () => {
  const progress = played(
    [0, started],
    [0, dense],
    [minute, finished(1)],
    [2 * minute, failed(2)],
    [3 * minute, finished(3)],
  );
  expect(progressLine(progress, 3 * minute)).toBe(
    'trial 3/100  1 failed  60/h  ETA 1 h 37 m  front 7  HV 0.4124  last 1.25x -0.57 pp on front',
  );
});

test('the line stays within 100 characters and the counts are those of the events', () => {
  const event = fc.oneof(fc.nat(1e6).map(finished), fc.nat(1e6).map(failed));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1e8), event), { maxLength: 40 }), steps => {
      let nowMs = 0;
      const events = steps.map(([gapMs, each]) => {
        nowMs += gapMs;
        return [nowMs, each] as const;
      });
      const progress = played([0, { ...started, trialsPlanned: 1e6 }], ...events);
      expect(progressLine(progress, nowMs).length).toBeLessThanOrEqual(100);
      expect(progress.done).toBe(steps.length);
      expect(progress.failed).toBe(steps.filter(([, { kind }]) => kind === 'trial-failed').length);
    }),
  );
});

describe('events', () => {
  const others: Happening[] = [
    { kind: 'trial-started', trial: 3, strategy: 'nsga2' },
    { kind: 'warning', trial: null, message: 'line one\nline two' },
    { kind: 'warning', trial: 3, message: 'noisy' },
    { kind: 'confirm-started', trials: [1, 4] },
    {
      kind: 'confirmed',
      trial: 1,
      ratio: 0.8,
      interval: [0.79, 0.82],
      accuracy: 0.6,
      drop: -0.01,
      halfWidth: 0.006,
      quality: 'good',
      done: 1,
      total: 2,
    },
    { kind: 'confirm-finished', study: 'night', confirmed: 2, left: 5, disturbed: 1, timeIsOver: true },
    {
      kind: 'study-finished',
      study: 'night',
      complete: 98,
      pruned: 0,
      failed: 2,
      frontSize: 7,
      wallMs: 3_600_000,
      endedBy: 'trials',
    },
  ];

  test('are one line of JSON each and are read back as they were', () => {
    for (const event of [started, dense, finished(1), failed(2), ...others]) {
      expect(eventLine({ ...event, atMs: 1 })).not.toContain('\n');
      expect(JSON.parse(eventLine({ ...event, atMs: 1 }))).toEqual({ ...event, atMs: 1 });
    }
  });

  test('a disturbed figure is said to be one', () => {
    const busy: Happening = { ...finished(1), quality: 'disturbed' } as Happening;
    expect(eventText(busy)).toBe('Trial 1: 1.25x [1.22, 1.27] (disturbed), -0.57 pp (95 % ± 1.12), on the front of 7.');
    expect(progressLine(played([0, started], [minute, busy]), minute)).toContain('last 1.25x disturbed -0.57 pp');
    const [confirmed] = others.filter(({ kind }) => kind === 'confirmed');
    expect(eventText({ ...confirmed, quality: 'disturbed' } as Happening)).toMatch(
      /^Measured, not confirmed, 1 of 2: /,
    );
    const [end] = others.filter(({ kind }) => kind === 'confirm-finished');
    expect(eventText({ ...end, left: 0, disturbed: 0, timeIsOver: false } as Happening)).toBeNull();
  });

  test('in words', () => {
    const said = [
      started,
      { ...started, timeMs: 8 * 3_600_000, resumedFrom: 12 },
      dense,
      finished(1),
      failed(2),
      ...others,
    ].map(eventText);
    expect(said).toEqual([
      'Study "night": 20 sites, 3.2e18 configurations, 100 trials.',
      'Study "night": 20 sites, 3.2e18 configurations, 100 trials or 8 h 00 m, resumed after 12.',
      'Dense model: 38.4 ms, 62.57 % (95 % ± 5.08) of 350 images.',
      'Trial 1: 1.25x [1.22, 1.27], -0.57 pp (95 % ± 1.12), on the front of 7.',
      'Trial 2 failed (timed-out): no answer',
      null,
      'Warning: line one\\nline two',
      'Warning, trial 3: noisy',
      'Confirming 2 members of the front on untouched images.',
      'Confirmed 1 of 2: trial 1, 1.25x [1.22, 1.27], +1.00 pp (95 % ± 0.60).',
      'The time is over. 2 of 7 members of the front are confirmed, 5 are left, 1 of them measured while other work slowed the machine (it stays disturbed). To go on: rankfront confirm --study night',
      'Study "night" is done after 1 h 00 m: 98 trials complete, including the dense model, 2 failed, 7 on the front.',
    ]);
    expect(eventText({ kind: 'confirm-started', trials: [4] })).toMatch(/^Confirming 1 member of/);
    const planned = { kind: 'sweep-planned', measurements: 24, wanted: 91, expectedMs: 96_000 } as const;
    expect(eventText(planned)).toBe(
      'Measuring each layer alone first: 24 of 91 short measurements, about 1 m 36 s. More would leave too little time for trials.',
    );
    expect(eventText({ ...planned, measurements: 91 })).toBe(
      'Measuring each layer alone first: 91 short measurements, about 1 m 36 s.',
    );
    const swept = { kind: 'site-table', sites: 21, measured: 24, left: 67, wallMs: 96_000 } as const;
    expect(eventText(swept)).toBe('Made 24 measurements of single sites in 1 m 36 s; 67 are left for a later run.');
    expect(eventText({ ...swept, left: 0 })).toBe('Measured 21 sites one by one in 1 m 36 s.');
  });

  test('a run that came to no trial says so, and how to go on', () => {
    const end = {
      kind: 'study-finished',
      study: 'short',
      complete: 1,
      pruned: 0,
      failed: 0,
      frontSize: 1,
      wallMs: 480_000,
      endedBy: 'time',
    } as const;
    expect(eventText(end)).toBe(
      'Study "short" reached its wall-time budget after 8 m 00 s, before its first trial: the time went into preparing it and measuring each layer alone. Run the same command again to go on.',
    );
    expect(eventText({ ...end, endedBy: 'interrupted' })).toMatch(
      /before its first trial\. Run the same command again/,
    );
    expect(eventText({ ...end, endedBy: 'trials' })).toMatch(/: no trial has run\.$/);
    expect(eventText({ ...end, complete: 2 })).toContain('2 trials complete');
    expect(eventText({ ...finished(1), onFront: false } as Happening)).toBeNull();
  });
});
