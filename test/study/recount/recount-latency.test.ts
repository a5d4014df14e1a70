/** Against what made the figures that are stored: a bootstrap before sessions were kept, and the summary over sessions since. */
import { describe, expect, test } from 'vitest';
import { statisticRecord, undisturbed } from '../../../src/device/conditions.ts';
import { latencyFigures } from '../../../src/device/summary.ts';
import { currentEnvironment } from '../../../src/host/environment.ts';
import { seededRng } from '../../../src/random/rng.ts';
import { levelled } from '../../../src/stats/levelled.ts';
import { z95 } from '../../../src/stats/normal.ts';
import { ratioInterval, ratioOfMedians } from '../../../src/stats/ratio-of-medians.ts';
import { median } from '../../../src/stats/robust.ts';
import type { StoredObservation } from '../../../src/store/observation.ts';
import { recountLatency } from '../../../src/study/recount/recount-latency.ts';

type Latency = Extract<StoredObservation, { kind: 'latency' }>;

const seed = 12;
const cause = { kind: 'other-load', busyCores: 1 };

function samplesOf() {
  const rng = seededRng(3);
  const times = (ms: number): number[] => Array.from({ length: 60 }, () => ms * (1 + 0.1 * rng.uniform() ** 2));
  return { candidateSamplesMs: times(12.3), referenceSamplesMs: times(17.9), endedBy: 'interval' as const };
}

/** As a store gives it back: its samples are rounded to 32 bits. */
function observation(ratio: number, interval: readonly [number, number], changes: Partial<Latency>): Latency {
  const { candidateSamplesMs, referenceSamplesMs, endedBy } = samplesOf();
  return {
    kind: 'latency',
    phase: 'search',
    value: ratio,
    standardError: (interval[1] - interval[0]) / (2 * z95),
    interval,
    candidateMs: median(candidateSamplesMs),
    referenceMs: median(referenceSamplesMs),
    endedBy,
    quality: 'good',
    conditions: null,
    warnings: [],
    candidateSamplesMs: candidateSamplesMs.map(Math.fround),
    referenceSamplesMs: referenceSamplesMs.map(Math.fround),
    wallMs: 1,
    load: 0,
    environment: currentEnvironment(),
    storedAtMs: 0,
    ...changes,
  };
}

/** From before sessions were kept. */
function stored(changes: Partial<Latency> = {}, isDense = false): Latency {
  const { candidateSamplesMs, referenceSamplesMs } = samplesOf();
  const { x, y } = levelled(candidateSamplesMs, referenceSamplesMs);
  const interval = ratioInterval(x, y, { rng: seededRng(seed ^ 0x5eed), resamples: 2000 });
  return observation(isDense ? 1 : ratioOfMedians(x, y), interval, changes);
}

function inSessions(quality: 'good' | 'disturbed', changes: Partial<Latency> = {}): Latency {
  const sessionPairs = [20, 25, 15];
  const { ratio, interval } = latencyFigures(samplesOf(), sessionPairs, quality);
  const causes = quality === 'good' ? [] : [cause];
  const conditions = { rule: 1, sessionPairs, pairsLeftOut: 0, waitedMs: 0, slowdown: null, causes };
  return observation(ratio, interval, { quality, conditions, ...changes });
}

const wrong = (latency: Latency, bounds = true, isDense = false): string[] =>
  recountLatency(latency, { seed, isDense, bounds }).differences.map(({ figure }) => figure);

test('what was measured follows from its samples, though those are rounded', () => {
  for (const bounds of [true, false]) {
    expect(wrong(stored(), bounds)).toEqual([]);
    expect(wrong(stored({}, true), bounds, true)).toEqual([]);
  }
});

test('another seed gives another interval', () => {
  expect(recountLatency(stored(), { seed: seed + 1, isDense: false, bounds: true }).differences).toEqual([
    expect.objectContaining({ figure: 'latency interval' }),
    expect.objectContaining({ figure: 'latency standard error' }),
  ]);
});

test('the dense model has the ratio 1 by definition, whatever its samples say', () => {
  expect(wrong(stored({ value: 0.999 }, true), true, true)).toEqual(['latency ratio']);
});

describe('a change of a thousandth', () => {
  const right = stored();
  const [low, high] = right.interval;
  const changes: readonly [figure: string, change: Partial<Latency>][] = [
    ['latency ratio', { value: right.value * 1.001 }],
    ['latency interval', { interval: [low * 0.999, high] }],
    ['latency interval', { interval: [low, high * 1.001] }],
    ['latency standard error', { standardError: right.standardError * 1.001 }],
    ['milliseconds of the candidate', { candidateMs: right.candidateMs * 1.001 }],
    ['milliseconds of the dense model', { referenceMs: right.referenceMs * 1.001 }],
  ];
  test.each(changes)('of the %s is found', (figure, change) => expect(wrong(stored(change))).toEqual([figure]));

  test('of one bound is found without a bootstrap too, since the standard error is half the width', () => {
    expect(wrong(stored({ interval: [low * 0.999, high] }), false)).toEqual(['latency standard error']);
  });

  test('of all samples of the candidate is found', () => {
    const candidateSamplesMs = right.candidateSamplesMs.map(ms => ms * 1.001);
    expect(wrong(stored({ candidateSamplesMs }))).toContain('latency ratio');
  });
});

test('samples that are none are told of, and nothing is computed from them', () => {
  const bad: readonly Partial<Latency>[] = [
    { candidateSamplesMs: [] },
    { candidateSamplesMs: [], referenceSamplesMs: [] },
    { candidateSamplesMs: Array(60).fill(Number.NaN) },
    { referenceSamplesMs: Array(60).fill(0) },
    { conditions: { rule: 1, sessionPairs: [59], pairsLeftOut: 0, waitedMs: 0, slowdown: null, causes: [] } },
  ];
  for (const change of bad) {
    const { ratio, differences } = recountLatency(stored(change), { seed, isDense: false, bounds: true });
    expect(ratio).toBeNull();
    expect(differences).toEqual([expect.objectContaining({ figure: 'latency samples' })]);
  }
});

test('before quality was kept it was what the warnings say', () => {
  expect(wrong(stored({ quality: 'disturbed', warnings: [cause] }))).toEqual([]);
  expect(wrong(stored({ quality: 'good', warnings: [cause] }))).toEqual(['quality']);
});

describe('over sessions', () => {
  test('figures follow from the samples and how many pairs each session gave', () => {
    for (const bounds of [true, false])
      for (const quality of ['good', 'disturbed'] as const) expect(wrong(inSessions(quality), bounds)).toEqual([]);
  });

  test('other sessions give other figures, at every read', () => {
    const conditions = { ...inSessions('good').conditions!, sessionPairs: [5, 5, 50] };
    expect(wrong(inSessions('good', { conditions }), false)).toContain('latency interval');
  });

  test('a disturbed one that is passed off as good is found by its cause, and by its wide interval', () => {
    expect(wrong(inSessions('disturbed', { quality: 'good' }), false)).toEqual([
      'latency interval',
      'latency standard error',
      'quality',
    ]);
    const good = inSessions('good');
    expect(wrong({ ...good, conditions: { ...good.conditions!, causes: [cause] } }, false)).toEqual(['quality']);
  });
});

test('a tail is recounted as the tail that it was taken as, and a median in its place is found', () => {
  const pairs = samplesOf();
  const sessionPairs = [20, 20, 20];
  const kept = {
    candidateSamplesMs: pairs.candidateSamplesMs.map(Math.fround),
    referenceSamplesMs: pairs.referenceSamplesMs.map(Math.fround),
  };
  const figures = latencyFigures(kept, sessionPairs, 'good', undefined, 'p90');
  const tail = statisticRecord('p90', kept.referenceSamplesMs);
  const conditions = { ...undisturbed(60), sessionPairs };
  const taken = observation(figures.ratio, figures.interval, {
    candidateMs: figures.candidateMs,
    referenceMs: figures.referenceMs,
    conditions: { ...conditions, ...tail },
  });
  const question = { seed, isDense: false, bounds: true };
  expect(recountLatency(taken, question)).toMatchObject({ ratio: figures.ratio, differences: [] });
  const asMedian = recountLatency({ ...taken, conditions }, question).differences.map(({ figure }) => figure);
  expect(asMedian).toContain('milliseconds of the candidate');
  expect(asMedian).toContain('latency ratio');
  const other = { ...taken, conditions: { ...conditions, ...tail, referenceMedianMs: 1 } };
  expect(recountLatency(other, question).differences.map(({ figure }) => figure)).toEqual([
    'median of the dense model',
  ]);
});
