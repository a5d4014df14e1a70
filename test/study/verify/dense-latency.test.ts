import { expect, test } from 'vitest';
import { currentEnvironment } from '../../../src/host/environment.ts';
import type { RecountedTrial } from '../../../src/study/recount/recount-trial.ts';
import { type FreshLatency, judgeDenseLatency } from '../../../src/study/verify/dense-latency.ts';
import { environment, latencyOf } from '../../store/samples.ts';

const trialAt = (referenceMs: number, endedBy: string, of = currentEnvironment()): RecountedTrial => ({
  trial: null as never,
  values: [],
  disagreements: [],
  samples: [
    {
      ...latencyOf(1),
      candidateSamplesMs: [1],
      referenceSamplesMs: [1],
      referenceMs,
      endedBy,
      environment: of,
      phase: 'search',
      storedAtMs: 0,
    },
  ],
});
const fresh = (referenceMs: number, quality: 'good' | 'disturbed' = 'good'): FreshLatency => ({
  phase: 'search',
  latency: { ...latencyOf(1), referenceMs, quality, environment: currentEnvironment() },
});
const verdict = (stored: readonly number[], now: readonly FreshLatency[], endedBy = 'interval') =>
  judgeDenseLatency(
    stored.map(ms => trialAt(ms, endedBy)),
    now,
  );

test('the medians of both may differ by a quarter', () => {
  expect(verdict([17, 18, 60], [fresh(19)])).toEqual([
    { phase: 'search', verdict: 'consistent', storedMs: 18, nowMs: 19 },
  ]);
  expect(verdict([18], [fresh(18 * 1.24)])).toMatchObject([{ verdict: 'consistent' }]);
  expect(verdict([18], [fresh(18 * 1.26)])).toMatchObject([{ verdict: 'differs' }]);
  expect(verdict([18], [fresh(18 / 1.26)])).toMatchObject([{ verdict: 'differs' }]);
});

test('what is computed is the same', () => {
  expect(verdict([18], [fresh(18.001)], 'exact')).toMatchObject([{ verdict: 'differs' }]);
  expect(verdict([18], [fresh(18)], 'exact')).toMatchObject([{ verdict: 'consistent' }]);
});

test('on a busy machine it cannot be judged; another phase or machine says nothing of it', () => {
  expect(verdict([18], [fresh(40, 'disturbed')])).toMatchObject([{ verdict: 'busy' }]);
  expect(verdict([18], [fresh(40, 'disturbed'), fresh(18)])).toMatchObject([{ verdict: 'consistent', nowMs: 18 }]);
  expect(verdict([18], [{ ...fresh(40), phase: 'confirm' }])).toEqual([]);
  const elsewhere = trialAt(18, 'interval', environment);
  expect(judgeDenseLatency([elsewhere], [fresh(40)])).toEqual([]);
  // What was measured elsewhere and is measured there again is judged, wherever this process runs.
  const there = { ...fresh(40), latency: { ...fresh(40).latency, environment } };
  expect(judgeDenseLatency([elsewhere], [there])).toMatchObject([{ verdict: 'differs' }]);
});
