import { describe, expect, test } from 'vitest';
import type { LatencyBudget } from '../../src/device/device.ts';
import { samplePairs, summarise } from '../../src/device/sampling.ts';
import { type Rng, seededRng } from '../../src/random/rng.ts';

/** A machine on which time passes only in calls. */
function machine(noise: number, seed = 1) {
  let now = 0;
  const order: string[] = [];
  const rng: Rng = seededRng(seed);
  const call = (name: string, ms: number) => async () => {
    order.push(name);
    const took = ms * (1 + noise * (rng.uniform() - 0.5));
    now += took;
    return took;
  };
  return { order, call, now: () => now };
}
const budget: LatencyBudget = { halfWidth: 0.01, maxMs: 10_000, minPairs: 20, seed: 5 };
const calm = (now: () => number) => ({ now, disturbed: () => false });

describe('samplePairs', () => {
  test('ends by the interval as soon as a quiet machine gives enough pairs', async () => {
    const { call, now } = machine(0.001);
    const pairs = await samplePairs(call('c', 8), call('r', 10), budget, 3, calm(now));
    expect(pairs.endedBy).toBe('interval');
    expect(pairs.candidateSamplesMs).toHaveLength(20);
    expect(pairs.referenceSamplesMs).toHaveLength(20);
    expect(summarise(pairs, 5).ratio).toBeCloseTo(0.8, 3);
  });

  test('of a small network takes pairs for a fifth of a second, however well they agree, and a fifth of a small budget', async () => {
    const { call, now } = machine(0.001);
    const pairs = await samplePairs(call('c', 0.08), call('r', 0.1), budget, 0, calm(now));
    expect(pairs.endedBy).toBe('interval');
    expect(now()).toBeGreaterThanOrEqual(200);
    expect(now()).toBeLessThan(201);
    const before = now();
    await samplePairs(call('c', 0.08), call('r', 0.1), { ...budget, maxMs: 50 }, 0, calm(now));
    expect(now() - before).toBeGreaterThanOrEqual(10);
    expect(now() - before).toBeLessThan(11);
  });

  test('takes more pairs the noisier the machine is, until the interval is as narrow as asked', async () => {
    const { call, now } = machine(0.12);
    const pairs = await samplePairs(call('c', 8), call('r', 10), budget, 3, calm(now));
    expect(pairs.endedBy).toBe('interval');
    expect(pairs.candidateSamplesMs.length).toBeGreaterThan(30);
    const { ratio, interval } = summarise(pairs, 5);
    expect((interval[1] - interval[0]) / 2 / ratio).toBeLessThan(0.012);
    expect(interval[0]).toBeLessThan(0.8);
    expect(interval[1]).toBeGreaterThan(0.8);
  });

  test('ends by time, warm-up not counted', async () => {
    const { call, now } = machine(2);
    const pairs = await samplePairs(call('c', 8), call('r', 10), { ...budget, maxMs: 1000 }, 40, calm(now));
    expect(pairs.endedBy).toBe('time');
    const sampled = [...pairs.candidateSamplesMs, ...pairs.referenceSamplesMs].reduce((sum, ms) => sum + ms, 0);
    expect(sampled).toBeGreaterThanOrEqual(1000);
    expect(sampled).toBeLessThan(1000 + 40);
  });

  test('goes on up to three times as long while others disturb it', async () => {
    const { call, now } = machine(2);
    const small = { ...budget, maxMs: 1000 };
    const always = await samplePairs(call('c', 8), call('r', 10), small, 0, { now, disturbed: () => true });
    expect(sum(always.candidateSamplesMs) + sum(always.referenceSamplesMs)).toBeGreaterThanOrEqual(3000);
    expect(always.endedBy).toBe('time');
    const start = now();
    const once = await samplePairs(call('c', 8), call('r', 10), small, 0, {
      now,
      disturbed: () => now() - start < 1500,
    });
    const lasted = sum(once.candidateSamplesMs) + sum(once.referenceSamplesMs);
    expect(lasted).toBeGreaterThanOrEqual(1500);
    expect(lasted).toBeLessThan(1600);
  });

  test('leaves out pairs in which it lost its core, which mostly lengthen the longer call, while others disturb it', async () => {
    const crowded = () => {
      const { call, now } = machine(0.05);
      const rng = seededRng(9);
      let interruptions = 0;
      let lost = 0;
      const interrupted = (name: string, ms: number, share: number) => async () => {
        const took = await call(name, ms)();
        if (rng.uniform() >= share) return took;
        interruptions++;
        lost += 30;
        return took + 30;
      };
      const candidate = interrupted('c', 8, 0.2);
      const reference = interrupted('r', 10, 0.7);
      return { candidate, reference, now: () => now() + lost, interruptions: () => interruptions };
    };
    const told = crowded();
    const pairs = await samplePairs(told.candidate, told.reference, budget, 3, { ...told, disturbed: () => true });
    expect(summarise(pairs, 5).ratio).toBeCloseTo(0.8, 1);
    expect(Math.max(...pairs.referenceSamplesMs)).toBeLessThan(12);
    expect(pairs.candidateSamplesMs.length).toBeGreaterThanOrEqual(budget.minPairs);
    // What would be believed without the counter, or where every pair was interrupted.
    const { candidate, reference, now } = crowded();
    const deaf = await samplePairs(candidate, reference, budget, 3, { now, disturbed: () => true });
    expect(summarise(deaf, 5).ratio).toBeLessThan(0.5);
    let count = 0;
    const hopeless = { now, disturbed: () => true, interruptions: () => count++ };
    const all = await samplePairs(candidate, reference, budget, 3, hopeless);
    expect(all.endedBy).toBe('time');
    expect(all.candidateSamplesMs.length).toBeGreaterThan(budget.minPairs);
  });

  test('a single call longer than the whole budget still gives five pairs', async () => {
    const { call, now } = machine(0);
    const pairs = await samplePairs(call('c', 800), call('r', 1000), { ...budget, maxMs: 1 }, 1, calm(now));
    expect(pairs).toMatchObject({ endedBy: 'time' });
    expect(pairs.candidateSamplesMs).toHaveLength(5);
    expect(summarise(pairs, 5)).toMatchObject({ ratio: 0.8, interval: [0.8, 0.8] });
  });

  test('draws the order within each pair, from the seed', async () => {
    const orderOf = async (seed: number) => {
      const { call, now, order } = machine(0.2);
      await samplePairs(call('c', 8), call('r', 10), { ...budget, seed }, 0, calm(now));
      return order.slice(0, 40).join('');
    };
    const order = await orderOf(5);
    expect(await orderOf(5)).toBe(order);
    expect(await orderOf(6)).not.toBe(order);
    const pairs = order.match(/../g) ?? [];
    expect(new Set(pairs)).toEqual(new Set(['cr', 'rc']));
  });
});

describe('summarise', () => {
  test('gives the same figures again from the stored samples', async () => {
    const { call, now } = machine(0.1);
    const pairs = await samplePairs(call('c', 8), call('r', 10), budget, 0, calm(now));
    expect(summarise(structuredClone(pairs), 5)).toEqual(summarise(pairs, 5));
  });

  test('of two equal models says 1, for nearly every seed within its interval', async () => {
    let held = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { call, now } = machine(0.1, seed);
      const pairs = await samplePairs(call('c', 10), call('r', 10), { ...budget, seed }, 0, calm(now));
      const { interval } = summarise(pairs, seed);
      if (interval[0] <= 1 && 1 <= interval[1]) held++;
    }
    expect(held).toBeGreaterThan(48);
  });
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
