import { describe, expect, test } from 'vitest';
import type { Cause } from '../../src/device/conditions.ts';
import type { LatencyBudget } from '../../src/device/device.ts';
import { type MeasuredSessions, type MeasureParts, measureSessions } from '../../src/device/measure.ts';
import { samplePairs } from '../../src/device/sampling.ts';
import { knownBias } from '../../src/device/summary.ts';
import { complete, failed } from '../../src/errors/failure.ts';
import { seededRng } from '../../src/random/rng.ts';
import { machine } from './machine.ts';

const budget: LatencyBudget = { halfWidth: 0.01, maxMs: 8000, minPairs: 20, seed: 5, sessions: 5, waitMs: 60_000 };
const load: Cause = { kind: 'other-load', busyCores: 1, names: ['python3 (process 812)'] };

interface World {
  /** Whether others are in the way at a time. */
  readonly busy?: (nowMs: number) => boolean;
  /** What a look says; as `busy` by default. */
  readonly looks?: (nowMs: number) => readonly Cause[];
  /** Of the logarithm of a session's ratio. */
  readonly spread?: number;
  readonly candidateMs?: number;
  readonly cause?: Cause;
}

/** The dense model takes 10 ms, the candidate 8; beside others the candidate takes 6. */
function world({ busy = () => false, spread = 0, cause = load, candidateMs = 8, ...given }: World = {}) {
  const { call, pass, now } = machine(0.02);
  const rng = seededRng(11);
  const told: { causes: readonly Cause[]; leftMs: number }[] = [];
  let sessions = 0;
  const looks = given.looks ?? (at => (busy(at) ? [cause] : []));
  const parts: MeasureParts = {
    session: async plan => {
      sessions++;
      const began = now();
      const normal = Math.sqrt(-2 * Math.log(1 - rng.uniform())) * Math.cos(2 * Math.PI * rng.uniform());
      const ms = (busy(began) ? 0.75 : 1) * candidateMs * Math.exp(spread * normal);
      const pairs = await samplePairs(call('c', ms), call('r', 10), { ...plan, warmup: 0 }, now);
      return complete({ ...pairs, causes: busy(began) || busy(now()) ? [cause] : [] });
    },
    look: async () => {
      pass(400);
      return looks(now());
    },
    now,
    sleep: async ms => pass(ms),
    waiting: (causes, leftMs) => told.push({ causes, leftMs }),
    aborted: () => false,
  };
  const measure = async (changes: Partial<LatencyBudget> = {}): Promise<MeasuredSessions> => {
    const answer = await measureSessions(parts, { ...budget, ...changes });
    if (answer.state === 'failed') throw new Error(answer.detail);
    return answer.value;
  };
  return { parts, measure, told, now, sessions: () => sessions };
}

describe('measureSessions', () => {
  test('of a quiet machine ends by the interval, after the wanted number of sessions at least', async () => {
    const { measure, told, sessions } = world();
    const found = await measure({ halfWidth: 0.02 });
    expect(found).toMatchObject({ quality: 'good', endedBy: 'interval', causes: [], pairsLeftOut: 0, waitedMs: 0 });
    expect(found.sessionPairs).toHaveLength(5);
    expect(sessions()).toBe(5);
    expect(found.ratio).toBeCloseTo(0.8, 2);
    expect(told).toEqual([]);
  });

  test('takes more sessions the more they differ, up to the time of the budget', async () => {
    const { measure } = world({ spread: 0.03 });
    const found = await measure();
    expect(found.sessionPairs.length).toBeGreaterThan(8);
    expect(found.endedBy).toBe('time');
    const sampled = [...found.candidateSamplesMs, ...found.referenceSamplesMs].reduce((a, b) => a + b, 0);
    expect(sampled).toBeGreaterThanOrEqual(8000);
    expect(sampled).toBeLessThan(8000 + 650);
  });

  test('leaves out what a busy machine spoilt, waits, says for what, and ends with the quiet ratio', async () => {
    const { measure, told } = world({ busy: at => at < 10_000 });
    const found = await measure();
    expect(found.quality).toBe('good');
    expect(found.ratio).toBeCloseTo(0.8, 2);
    expect(found.pairsLeftOut).toBeGreaterThan(0);
    expect(found.waitedMs).toBeGreaterThan(9000);
    expect(found.waitedMs).toBeLessThan(20_000);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ causes: [load] });
    expect(told[0]?.leftMs).toBeLessThan(60_000);
  });

  test('of bursts takes the quiet half', async () => {
    const { measure } = world({ busy: at => Math.floor(at / 5000) % 2 === 0 });
    const found = await measure();
    expect(found.quality).toBe('good');
    expect(found.ratio).toBeCloseTo(0.8, 2);
  });

  test('that is never quiet ends as disturbed, when the time for waiting is used up, with an interval that says so', async () => {
    const { measure, now } = world({ busy: () => true });
    const found = await measure();
    expect(found).toMatchObject({ quality: 'disturbed', endedBy: 'time', causes: [load], pairsLeftOut: 0 });
    expect(found.ratio).toBeCloseTo(0.6, 2);
    expect(found.waitedMs).toBeGreaterThanOrEqual(60_000);
    expect(now()).toBeLessThan(70_000);
    const [low, high] = found.interval;
    expect(low).toBeLessThan(0.6 / knownBias);
    expect(high).toBeGreaterThan(0.6 * knownBias);
  });

  test('without time for waiting is disturbed at once, and never good', async () => {
    const { measure, told, sessions } = world({ busy: () => true });
    expect(await measure({ waitMs: 0 })).toMatchObject({ quality: 'disturbed' });
    expect(sessions()).toBe(3);
    expect(told).toEqual([]);
  });

  test('does not wait for cores that will never come', async () => {
    const cause: Cause = { kind: 'few-cores', cores: 1, threads: 2 };
    const { measure, now } = world({ busy: () => true, cause });
    expect(await measure()).toMatchObject({ quality: 'disturbed', causes: [cause] });
    expect(now()).toBeLessThan(5000);
  });

  test('of what no look can see tries again, less and less often', async () => {
    const cause: Cause = { kind: 'slow-reference', slowdown: 1.5 };
    const { measure, sessions } = world({ busy: () => true, looks: () => [], cause });
    expect(await measure()).toMatchObject({ quality: 'disturbed', causes: [cause] });
    expect(sessions()).toBeLessThan(20);
  });

  test('keeps three good sessions rather than nothing, when it becomes busy for good', async () => {
    const { measure } = world({ busy: at => at > 2000 });
    const found = await measure();
    expect(found).toMatchObject({ quality: 'good', endedBy: 'time' });
    expect(found.sessionPairs).toHaveLength(3);
  });

  test('of one session, for a first impression, is as wide as sessions are known to differ', async () => {
    const { measure } = world();
    const found = await measure({ sessions: 1, maxMs: 700, halfWidth: 0.5 });
    expect(found.sessionPairs).toHaveLength(1);
    expect(found.interval[1] / found.interval[0] - 1).toBeGreaterThan(0.05);
  });

  test('fails with the session that fails, and when it is interrupted while it waits', async () => {
    const { parts } = world({ busy: () => true });
    const broken = { ...parts, session: async () => failed('crashed', 'gone') };
    expect(await measureSessions(broken, budget)).toMatchObject({ state: 'failed', detail: 'gone' });
    const closed = { ...parts, aborted: () => true };
    expect(await measureSessions(closed, budget)).toMatchObject({ state: 'failed', reason: 'interrupted' });
  });

  test('intervals hold the truth as often as they say, where sessions spread as they are known to', async () => {
    let held = 0;
    const runs = 300;
    const rng = seededRng(3);
    for (let run = 0; run < runs; run++) {
      const spread = 0.006 + 0.012 * rng.uniform();
      const { call, now } = machine(0.02, run);
      const normals = seededRng(1000 + run);
      const found = await measureSessions(
        {
          ...world().parts,
          now,
          session: async plan => {
            const normal = Math.sqrt(-2 * Math.log(1 - normals.uniform())) * Math.cos(2 * Math.PI * normals.uniform());
            const candidate = call('c', 8 * Math.exp(spread * normal));
            return complete({
              ...(await samplePairs(candidate, call('r', 10), { ...plan, warmup: 0 }, now)),
              causes: [],
            });
          },
        },
        budget,
      );
      if (found.state === 'failed') throw new Error(found.detail);
      const [low, high] = found.value.interval;
      if (low <= 0.8 && 0.8 <= high) held++;
    }
    // 95 % of 300 is 285, with a standard deviation of 3.8.
    expect(held).toBeGreaterThan(285 - 12);
  });
});
