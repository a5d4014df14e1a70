import { describe, expect, test } from 'vitest';
import { judge, type TimedSamples } from '../../src/device/judge.ts';
import type { Warning } from '../../src/device/warning.ts';
import { wordWarning } from '../../src/device/wording.ts';

/** 40 calls of about 10 ms that differ by a tenth of a per cent. */
const steady = Array.from({ length: 40 }, (_, i) => 10 + 0.01 * ((i * 7) % 5));
const quiet: TimedSamples = {
  candidateSamplesMs: steady,
  referenceSamplesMs: steady,
  timerResolutionMs: 1e-4,
};
const kinds = (changed: Partial<TimedSamples>) => judge({ ...quiet, ...changed }).map(warning => warning.kind);

describe('judge', () => {
  test('has nothing to say of a quiet machine', () => {
    expect(judge(quiet)).toEqual([]);
  });

  test('noise: every call differs by a third from the next', () => {
    const noisy = steady.map((ms, i) => ms * (i % 2 === 0 ? 0.85 : 1.15));
    const [warning] = judge({ ...quiet, referenceSamplesMs: noisy });
    expect(warning).toMatchObject({ kind: 'noisy' });
    // Ratios of 1 / 0.85 and 1 / 1.15: median 1.023, MAD 0.1535; times 1.4826, over sqrt(2).
    if (warning?.kind === 'noisy') expect(warning.spread).toBeCloseTo(0.157, 3);
  });

  test('drift: the second half is slower or faster, not a single slow call', () => {
    expect(judge({ ...quiet, referenceSamplesMs: steady.map((ms, i) => (i < 20 ? ms : 1.12 * ms)) })).toMatchObject([
      { kind: 'clock-drift', drift: expect.closeTo(0.12, 2) },
    ]);
    expect(kinds({ referenceSamplesMs: steady.map((ms, i) => (i < 20 ? ms : 0.9 * ms)) })).toEqual(['clock-drift']);
    expect(kinds({ referenceSamplesMs: steady.map((ms, i) => (i === 30 ? 100 * ms : ms)) })).toEqual([]);
  });

  test('timer: a call of fewer than a hundred ticks', () => {
    expect(kinds({ timerResolutionMs: 0.2 })).toEqual(['coarse-timer']);
    expect(kinds({ timerResolutionMs: 0.05 })).toEqual([]);
  });
});

test.each<[Warning, string]>([
  [{ kind: 'noisy', spread: 0.16 }, 'Single calls vary by 16 %.'],
  [{ kind: 'other-load', busyCores: 1.26 }, 'Other processes kept 1.3 cores busy during the measurement.'],
  [{ kind: 'clock-drift', drift: -0.06 }, 'The dense model became 6.0 % faster during the measurement.'],
  [
    { kind: 'coarse-timer', callMs: 0.0123, resolutionMs: 0.001 },
    'A call takes 0.012 ms, near the 0.0010 ms that the timer can tell apart.',
  ],
])('%o is worded with a remedy', (warning, seen) => {
  expect(wordWarning(warning).seen).toBe(seen);
  expect(wordWarning(warning).remedy).toMatch(/^[A-Z].*\.$|latencyBudget|`top`/);
});
