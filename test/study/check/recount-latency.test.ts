/** Against `summarise`, which made the figures that are stored. */
import { describe, expect, test } from 'vitest';
import { summarise } from '../../../src/device/sampling.ts';
import { seededRng } from '../../../src/random/rng.ts';
import type { StoredObservation } from '../../../src/store/observation.ts';
import { recountLatency } from '../../../src/study/check/recount-latency.ts';
import { latencyObservation } from '../../../src/study/observe.ts';

type Latency = Extract<StoredObservation, { kind: 'latency' }>;

const seed = 12;

/** As a store from before sessions were kept gives it back: its samples are rounded to 32 bits. */
function stored(changes: Partial<Latency> = {}, isDense = false): Latency {
  const rng = seededRng(3);
  const times = (ms: number): number[] => Array.from({ length: 60 }, () => ms * (1 + 0.1 * rng.uniform() ** 2));
  const pairs = { candidateSamplesMs: times(12.3), referenceSamplesMs: times(17.9), endedBy: 'interval' } as const;
  const conditions = { sessionPairs: [60], pairsLeftOut: 0, waitedMs: 0, slowdown: null, causes: [] };
  const taken = { ...summarise(pairs, seed), quality: 'good', conditions, warnings: [], wallMs: 1 } as const;
  return {
    ...latencyObservation(taken, isDense),
    conditions: null,
    candidateSamplesMs: pairs.candidateSamplesMs.map(Math.fround),
    referenceSamplesMs: pairs.referenceSamplesMs.map(Math.fround),
    phase: 'search',
    storedAtMs: 0,
    ...changes,
  };
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
    { conditions: { sessionPairs: [59], pairsLeftOut: 0, waitedMs: 0, slowdown: null, causes: [] } },
  ];
  for (const change of bad) {
    const { ratio, differences } = recountLatency(stored(change), { seed, isDense: false, bounds: true });
    expect(ratio).toBeNull();
    expect(differences).toEqual([expect.objectContaining({ figure: 'latency samples' })]);
  }
});

test('what was seen in the way makes a latency disturbed, and nothing else does', () => {
  const conditions = { sessionPairs: [60], pairsLeftOut: 0, waitedMs: 0, slowdown: null, causes: [] };
  const cause = { kind: 'other-load', busyCores: 1 };
  const causes = { ...conditions, causes: [cause] };
  expect(wrong(stored({ quality: 'good', conditions }))).toEqual([]);
  expect(wrong(stored({ quality: 'disturbed', conditions: causes }))).toEqual([]);
  expect(wrong(stored({ quality: 'good', conditions: causes }))).toEqual(['quality']);
  expect(wrong(stored({ quality: 'disturbed', conditions }))).toEqual(['quality']);
  // Before it was kept, it is what the warnings say.
  expect(wrong(stored({ quality: 'disturbed', warnings: [cause] }))).toEqual([]);
  expect(wrong(stored({ quality: 'good', warnings: [cause] }))).toEqual(['quality']);
});
