/** Latencies that are a tail of the calls and not their median: the ratio, how often its interval holds the truth, and how many pairs are taken. */
import { describe, expect, test } from 'vitest';
import { statisticRecord } from '../../src/device/conditions.ts';
import type { LatencyBudget } from '../../src/device/device.ts';
import { measureSessions } from '../../src/device/measure.ts';
import { latencyBudget, parseHardwareProfile } from '../../src/device/profile.ts';
import { samplePairs } from '../../src/device/sampling.ts';
import { latencyFigures } from '../../src/device/summary.ts';
import { complete } from '../../src/errors/failure.ts';
import { type Rng, seededRng } from '../../src/random/rng.ts';
import { type LatencyStatistic, leastPairsFor } from '../../src/stats/latency-statistic.ts';
import { machine } from './machine.ts';

const normal = (rng: Rng): number =>
  Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());

/** Calls of 1 % noise, of which a share takes longer by an exponential time: the quantile is known in closed form but for the noise. */
const late = { share: 0.15, of: 0.4 };
const call = (rng: Rng): number =>
  Math.exp(0.01 * normal(rng)) + (rng.uniform() < late.share ? -late.of * Math.log(1 - rng.uniform()) : 0);
const sessions = 5;

/** K sessions whose ratios spread by 1 %, and in which load comes that slows both models. */
function sampled(rng: Rng, pairs: number, ratio: number) {
  const each = Array.from({ length: sessions }, () => {
    const shift = ratio * Math.exp(0.01 * normal(rng));
    const level = Array.from({ length: pairs }, (_, i) => (i > pairs / 2 && i < 0.7 * pairs ? 1.2 : 1));
    return { x: level.map(up => up * shift * call(rng)), y: level.map(up => up * call(rng)) };
  });
  return {
    candidateSamplesMs: each.flatMap(({ x }) => x),
    referenceSamplesMs: each.flatMap(({ y }) => y),
  };
}

describe('the ratio of tails', () => {
  test.each(['median', 'p90', 'p99'] as const)(
    '%s: its interval holds the truth about as often as it says',
    statistic => {
      const rng = seededRng(17);
      const pairs = Math.max(40, leastPairsFor(statistic) / sessions);
      const runs = 150;
      let held = 0;
      let widths = 0;
      for (let run = 0; run < runs; run++) {
        const samples = sampled(rng, pairs, 0.6);
        const { interval } = latencyFigures(samples, Array(sessions).fill(pairs), 'good', undefined, statistic);
        if (interval[0] <= 0.6 && 0.6 <= interval[1]) held++;
        widths += Math.log(interval[1] / interval[0]) / 2 / runs;
      }
      expect(held / runs).toBeGreaterThan(0.9);
      // An interval that holds everything says nothing.
      expect(widths).toBeLessThan({ median: 0.02, p90: 0.2, p99: 0.25 }[statistic]);
    },
  );

  test('tells apart what the median cannot: a candidate that is faster, and now and then much slower', () => {
    const rng = seededRng(3);
    const x = Array.from({ length: 2000 }, () => (rng.uniform() < 0.03 ? 30 : 6) * Math.exp(0.01 * normal(rng)));
    const y = Array.from({ length: 2000 }, () => 10 * Math.exp(0.01 * normal(rng)));
    const of = (statistic: LatencyStatistic) =>
      latencyFigures(
        { candidateSamplesMs: x, referenceSamplesMs: y },
        Array(5).fill(400),
        'good',
        undefined,
        statistic,
      );
    expect(of('median').ratio).toBeCloseTo(0.6, 2);
    expect(of('p99').ratio).toBeGreaterThan(2.5);
    expect(of('p99').candidateMs).toBeGreaterThan(25);
  });
});

describe('a measurement of a tail', () => {
  const parts = () => {
    const { call: timed, pass, now } = machine(0.02);
    return {
      session: async (plan: { lastMs: number; leastPairs: number; seed: number }) =>
        complete({ ...(await samplePairs(timed('c', 8), timed('r', 10), { ...plan, warmup: 0 }, now)), causes: [] }),
      look: async () => [],
      now,
      sleep: async (ms: number) => pass(ms),
      waiting: () => {},
      aborted: () => false,
    };
  };
  const budget: LatencyBudget = { halfWidth: 0.01, maxMs: 2000, minPairs: 20, seed: 5, sessions: 5 };

  test.each([
    ['p90', 200],
    ['p99', 2000],
  ] as const)('%s takes %d pairs at least, however short its budget is', async (statistic, least) => {
    const found = await measureSessions(parts(), { ...budget, statistic });
    if (found.state === 'failed') throw new Error(found.detail);
    expect(found.value.candidateSamplesMs.length).toBeGreaterThanOrEqual(least);
    expect(Math.min(...found.value.sessionPairs)).toBeGreaterThanOrEqual(least / 5);
    expect(found.value.candidateMs).toBeGreaterThan(8);
    const median = await measureSessions(parts(), budget);
    expect(median.state === 'complete' && median.value.candidateSamplesMs.length).toBeLessThan(least);
  });

  test('is asked for in the profile, and the median is what older profiles and studies mean', () => {
    const yaml = 'name: x\nprovider: cpu\n';
    expect(latencyBudget(parseHardwareProfile(yaml, 'x.yaml'), 1).statistic).toBeUndefined();
    const tail = parseHardwareProfile(`${yaml}latency: { statistic: p99 }\n`, 'x.yaml');
    expect(latencyBudget(tail, 1).statistic).toBe('p99');
    expect(() => parseHardwareProfile(`${yaml}latency: { statistic: p98 }\n`, 'x.yaml')).toThrow(/latency\.statistic/);
    expect(statisticRecord('median', [1])).toEqual({});
    expect(statisticRecord('p90', [1, 2, 9])).toEqual({ statistic: 'p90', referenceMedianMs: 2 });
  });
});
