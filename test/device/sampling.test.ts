import { describe, expect, test } from 'vitest';
import { type SessionPlan, samplePairs } from '../../src/device/sampling.ts';
import { machine } from './machine.ts';

const plan: SessionPlan = { lastMs: 500, leastPairs: 4, warmup: 0, seed: 5 };

describe('samplePairs', () => {
  test('takes pairs for the time that it was given, warm-up not counted', async () => {
    const { call, now, order } = machine(0.1);
    let begun = 0;
    const pairs = await samplePairs(call('c', 8), call('r', 10), { ...plan, warmup: 7 }, now, () => {
      begun = now();
      expect(order).toHaveLength(14);
    });
    expect(now() - begun).toBeGreaterThanOrEqual(500);
    expect(now() - begun).toBeLessThan(500 + 20);
    expect(pairs.candidateSamplesMs).toHaveLength(pairs.referenceSamplesMs.length);
    expect(order).toHaveLength(14 + 2 * pairs.candidateSamplesMs.length);
  });

  test('takes the least number of pairs, however long a call takes', async () => {
    const { call, now } = machine(0);
    const pairs = await samplePairs(call('c', 800), call('r', 1000), plan, now);
    expect(pairs.candidateSamplesMs).toEqual([800, 800, 800, 800]);
    expect(pairs.referenceSamplesMs).toEqual([1000, 1000, 1000, 1000]);
  });

  test('draws the order within each pair, from the seed', async () => {
    const orderOf = async (seed: number) => {
      const { call, now, order } = machine(0.2);
      await samplePairs(call('c', 8), call('r', 10), { ...plan, seed }, now);
      return order.slice(0, 40).join('');
    };
    const order = await orderOf(5);
    expect(await orderOf(5)).toBe(order);
    expect(await orderOf(6)).not.toBe(order);
    const pairs = order.match(/../g) ?? [];
    expect(new Set(pairs)).toEqual(new Set(['cr', 'rc']));
  });
});
