import { describe, expect, test } from 'vitest';
import { otherBusyCores, parseProcStat, readCpuTimes } from '../../src/device/other-load.ts';

describe('parseProcStat', () => {
  test('adds up what is busy: not idle, not waiting for disks, guests already in user', () => {
    const text = 'cpu  100 20 30 5000 700 4 5 6 90 10\ncpu0 50 10 15 2500 350 2 2 3 45 5\nintr 1\n';
    expect(parseProcStat(text)).toBe((100 + 20 + 30 + 4 + 5 + 6) * 10);
  });
  test('an old kernel has fewer columns; another file has none', () => {
    expect(parseProcStat('cpu 1 2 3 4\n')).toBe(60);
    expect(parseProcStat('nothing here\n')).toBeNull();
  });
});

describe('otherBusyCores', () => {
  test('is what was busy, without what this process used, over the wall time', () => {
    const before = { busyMs: 1000, ownMs: 400, atMs: 0 };
    expect(otherBusyCores(before, { busyMs: 4000, ownMs: 2400, atMs: 1000 })).toBeCloseTo(1, 12);
    expect(otherBusyCores(before, { busyMs: 3000, ownMs: 2500, atMs: 1000 })).toBe(0);
    expect(otherBusyCores(null, before)).toBeNull();
    expect(otherBusyCores(before, before)).toBeNull();
  });

  test('the counters of this machine go up with work', () => {
    const before = readCpuTimes();
    if (!before) return;
    for (const end = performance.now() + 200; performance.now() < end; );
    const after = readCpuTimes();
    expect(after?.busyMs).toBeGreaterThan(before.busyMs);
    expect((after?.ownMs ?? 0) - before.ownMs).toBeGreaterThan(20);
  });
});
