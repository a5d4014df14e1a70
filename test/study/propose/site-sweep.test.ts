/** A sweep on a scripted device: how long it may take, what it keeps, and what it measures again. */
import { describe, expect, test } from 'vitest';
import type { Assignment } from '../../../src/decompose/method.ts';
import { undisturbed } from '../../../src/device/conditions.ts';
import type { Device, LatencyBudget } from '../../../src/device/device.ts';
import { exactLatency } from '../../../src/device/scripted.ts';
import { complete, failed } from '../../../src/errors/failure.ts';
import type { Quality } from '../../../src/stats/quality.ts';
import type { CandidateBuilder } from '../../../src/study/build/candidate.ts';
import { patienceOf } from '../../../src/study/measure/patience.ts';
import { sweepFrom, sweepRecord } from '../../../src/study/propose/kept-sweep.ts';
import {
  type MeasuredRung,
  type SweepOutlook,
  type SweepParts,
  type Swept,
  sweepSites,
} from '../../../src/study/propose/site-sweep.ts';
import { sweptSpace } from './swept-space.ts';

const space = sweptSpace([100, 400, 200]);
const lengths = space.sites.map(({ ladder }) => ladder.length);

const builder = {
  write: async (assignment: Assignment) => complete({ path: JSON.stringify(assignment), sha256: '' }),
} as unknown as CandidateBuilder;

/** Every call takes `eachMs` of the clock and saves a tenth. */
function machine(quality: (call: number) => Quality, { eachMs = 1000, exact = false } = {}) {
  const budgets: LatencyBudget[] = [];
  let clockMs = 0;
  const device: Device = {
    driver: 'scripted',
    exact,
    latency: async (_candidate, _reference, budget) => {
      clockMs += eachMs;
      budgets.push(budget);
      const found = quality(budgets.length - 1);
      const causes = found === 'good' ? [] : [{ kind: 'stolen', share: 0.5 } as const];
      const half = found === 'good' ? 0.01 : 0.5;
      return complete({
        ...{ ...exactLatency(9, 10), quality: found, interval: [0.9 - half, 0.9 + half] },
        conditions: { ...undisturbed(1), causes },
      });
    },
    close: async () => {},
  };
  return { device, budgets, now: () => clockMs };
}

async function swept(
  { device, now }: Pick<ReturnType<typeof machine>, 'device' | 'now'>,
  more: Partial<SweepParts> = {},
): Promise<Swept> {
  const instruments = { device, reference: { path: 'dense', sha256: '' }, builder };
  const patience = patienceOf(0);
  const found = await sweepSites({ ...{ space, instruments, seed: 3, patience, quietReferenceMs: {}, now }, ...more });
  if ('state' in found) throw new Error(found.detail);
  return found;
}

describe('the time of a sweep', () => {
  test('without a bound all is measured, and the plan is told once', async () => {
    const told: SweepOutlook[] = [];
    const all = await swept(
      machine(() => 'good'),
      { outlook: each => told.push(each) },
    );
    expect(all).toMatchObject({ measured: 12, left: 0, disturbed: 0 });
    expect(told).toEqual([{ measurements: 12, wanted: 12, expectedMs: 12_000 }]);
  });

  test('a short one suffices for fewer rungs per site: it never takes longer than it may, and says so beforehand', async () => {
    const quiet = machine(() => 'good');
    const told: SweepOutlook[] = [];
    const progress: [number, number][] = [];
    const short = await swept(quiet, {
      leftMs: () => 5500 - quiet.now(),
      outlook: each => told.push(each),
      progress: (done, total) => progress.push([done, total]),
    });
    expect(quiet.now()).toBe(5000);
    expect(short).toMatchObject({ measured: 5, left: 7 });
    expect(told).toEqual([{ measurements: 5, wanted: 12, expectedMs: 5000 }]);
    expect(progress.at(-1)).toEqual([5, 5]);
    expect(progress.every(([, total]) => total === 5)).toBe(true);
    // Every site has its cheapest rung before any has two.
    expect(new Set(short.rungs.slice(0, 3).map(({ site }) => site))).toHaveLength(3);
    expect(short.rungs.slice(0, 3).every(({ rung }) => rung === 0)).toBe(true);
  });

  test('a machine that becomes slower is noticed meanwhile', async () => {
    let call = 0;
    const slow = machine(() => 'good');
    const device: Device = {
      ...slow.device,
      latency: async (...args) => {
        if (++call > 2) await slow.device.latency(...args);
        return slow.device.latency(...args);
      },
    };
    const found = await swept({ ...slow, device }, { leftMs: () => 6500 - slow.now() });
    expect(slow.now()).toBeLessThanOrEqual(8000);
    expect(found.measured).toBeLessThan(6);
  });

  test('what the first waits for a quiet machine is not taken for the time of a measurement', async () => {
    const quiet = machine(() => 'good');
    let clockMs = 0;
    const device: Device = {
      ...quiet.device,
      latency: async (...args) => {
        const found = await quiet.device.latency(...args);
        const waitedMs = clockMs === 0 ? 4000 : 0;
        clockMs += 1000 + waitedMs;
        if (found.state === 'failed') return found;
        return complete({ ...found.value, conditions: { ...found.value.conditions, waitedMs } });
      },
    };
    const told: SweepOutlook[] = [];
    const found = await swept(
      { device, now: () => clockMs },
      { leftMs: () => 20_000 - clockMs, outlook: each => told.push(each) },
    );
    expect(found).toMatchObject({ measured: 12, left: 0 });
    expect(told).toEqual([{ measurements: 12, wanted: 12, expectedMs: 12_000 }]);
    expect(found.rungs.every(rung => !('waitedMs' in rung))).toBe(true);
  });

  test('no time at all leaves nothing known, and is no failure', async () => {
    expect(
      await swept(
        machine(() => 'good'),
        { leftMs: () => 0 },
      ),
    ).toMatchObject({ table: null, measured: 0, left: 12 });
  });

  test('computed latencies are no matter of time', async () => {
    const told: SweepOutlook[] = [];
    const exact = machine(() => 'good', { eachMs: 0, exact: true });
    const found = await swept(exact, { outlook: each => told.push(each) });
    expect(told).toEqual([]);
    expect(found.table?.changes[0]?.[0]).toBeCloseTo(-0.1, 12);
  });
});

describe('what a later start measures', () => {
  const again = (
    known: readonly MeasuredRung[],
    quality: (call: number) => Quality,
    more: Partial<SweepParts> = {},
  ) => {
    const found = machine(quality);
    return swept(found, { known, ...more }).then(result => ({ result, calls: found.budgets.length }));
  };

  test('nothing, where all is good', async () => {
    const first = await swept(machine(() => 'good'));
    const { result, calls } = await again(first.rungs, () => 'good');
    expect(calls).toBe(0);
    expect(result.table).toEqual(first.table);
  });

  test('what was left, and nothing else', async () => {
    const short = machine(() => 'good');
    const first = await swept(short, { leftMs: () => 4500 - short.now() });
    const { result, calls } = await again(first.rungs, () => 'good');
    expect(calls).toBe(8);
    expect(result).toMatchObject({ left: 0, measured: 8 });
  });

  test('what was disturbed, on a quiet machine', async () => {
    const first = await swept(machine(call => (call % 2 === 0 ? 'disturbed' : 'good')));
    expect(first.disturbed).toBe(6);
    const { result, calls } = await again(first.rungs, () => 'good');
    expect(calls).toBe(6);
    expect(result.disturbed).toBe(0);
  });

  test('on a busy machine one measurement, however many are disturbed', async () => {
    const first = await swept(machine(() => 'disturbed'));
    expect(first.disturbed).toBe(12);
    const { result, calls } = await again(first.rungs, () => 'disturbed');
    expect(calls).toBe(1);
    // What was known stays as it was.
    expect(result.rungs).toEqual(first.rungs);
    expect(result.table).toEqual(first.table);
  });

  test('is seeded otherwise, so that another order of calls is seen', async () => {
    const busy = machine(() => 'disturbed');
    const first = await swept(busy);
    const quiet = machine(() => 'good');
    await swept(quiet, { known: first.rungs });
    const seeds = new Set(busy.budgets.map(({ seed }) => seed));
    expect(quiet.budgets.some(({ seed }) => seeds.has(seed))).toBe(false);
  });
});

describe('what is kept', () => {
  test('every measurement, as soon as it is taken, and it is read back as it was', async () => {
    const kept: number[] = [];
    let record = {};
    const found = await swept(
      machine(call => (call === 2 ? 'disturbed' : 'good')),
      {
        keep: async (table, rungs) => {
          kept.push(rungs.length);
          record = JSON.parse(JSON.stringify(sweepRecord(table, rungs)));
        },
      },
    );
    expect(kept).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(sweepFrom(record, lengths)).toEqual({ table: found.table, rungs: found.rungs });
  });

  test('a table from before measurements were kept is whole, and one of other ladders is none', async () => {
    const { table } = await swept(machine(() => 'good'));
    expect(sweepFrom({ ...table! }, lengths)).toEqual({ table, rungs: null });
    expect(sweepFrom({ ...table! }, [5, 5])).toBeNull();
    expect(sweepFrom(null, lengths)).toBeNull();
  });

  test('a measurement that fails ends it', async () => {
    const device: Device = { ...machine(() => 'good').device, latency: async () => failed('crashed', 'no device') };
    const instruments = { device, reference: { path: 'dense', sha256: '' }, builder };
    const found = await sweepSites({
      ...{ space, instruments, seed: 3, patience: patienceOf(0), quietReferenceMs: {} },
    });
    expect(found).toMatchObject({ state: 'failed', reason: 'crashed' });
  });
});
