import { describe, expect, test } from 'vitest';
import { parseProcStat, readVitals, strainBetween, type Vitals } from '../../src/device/vitals.ts';

describe('parseProcStat', () => {
  test('adds up what is busy: not idle, not waiting for disks, guests already in user', () => {
    const text = 'cpu  100 20 30 5000 700 4 5 6 90 10\ncpu0 50 10 15 2500 350 2 2 3 45 5\nintr 1\n';
    expect(parseProcStat(text)).toEqual({ busyMs: (100 + 20 + 30 + 4 + 5 + 6) * 10, stolenMs: 60 });
  });
  test('an old kernel has fewer columns; another file has none', () => {
    expect(parseProcStat('cpu 1 2 3 4\n')).toEqual({ busyMs: 60, stolenMs: 0 });
    expect(parseProcStat('nothing here\n')).toBeNull();
  });
});

describe('strainBetween', () => {
  const before: Vitals = { atMs: 0, ownMs: 400, busyMs: 1000, stolenMs: 5, waitedMs: 10 };

  test('is what was busy without this process, what was stolen, and how long it waited of what it wanted', () => {
    const after = { atMs: 1000, ownMs: 2200, busyMs: 4000, stolenMs: 55, waitedMs: 210 };
    expect(strainBetween(before, after)).toEqual({
      wallMs: 1000,
      otherBusyCores: 1.2,
      stolenShare: 0.05,
      waitedShare: 0.1,
    });
  });

  test('is not known where the system does not tell, and never negative', () => {
    const blind = { ...before, busyMs: null, stolenMs: null, waitedMs: null };
    const nothing = { otherBusyCores: null, stolenShare: null, waitedShare: null };
    expect(strainBetween(blind, { ...blind, atMs: 10 })).toMatchObject(nothing);
    expect(strainBetween(before, before)).toMatchObject(nothing);
    const odd = { atMs: 1000, ownMs: 5000, busyMs: 2000, stolenMs: 0, waitedMs: 0 };
    expect(strainBetween(before, odd)).toMatchObject({ otherBusyCores: 0, stolenShare: 0, waitedShare: 0 });
  });

  test('the counters of this machine go up with work', () => {
    const from = readVitals();
    for (const end = performance.now() + 200; performance.now() < end; );
    const to = readVitals();
    expect(to.ownMs - from.ownMs).toBeGreaterThan(20);
    if (from.busyMs !== null) expect(to.busyMs).toBeGreaterThan(from.busyMs);
    if (process.platform === 'linux') expect(to.waitedMs).toBeGreaterThanOrEqual(from.waitedMs ?? Number.NaN);
  });
});
