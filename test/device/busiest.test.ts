import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { busiestBetween, parsePs, parseStat, processTimes } from '../../src/device/busiest.ts';

test('a line of /proc/PID/stat, whatever the name holds', () => {
  const line = `812 (a) b (c) R 7 812 7 0 -1 4194560 1 2 3 4 120 30 5 6 20 0 1 0 999 1 2 3\n`;
  expect(parseStat(line)).toEqual({ pid: 812, parent: 7, name: 'a) b (c', cpuMs: 1500 });
  expect(parseStat('nothing')).toBeNull();
});

test('lines of ps on macOS, with hours and without', () => {
  expect(parsePs('  812     1   0:02.50 /usr/bin/python3\n 9 812 1:00:01.00 node\n')).toEqual([
    { pid: 812, parent: 1, name: 'python3', cpuMs: 2500 },
    { pid: 9, parent: 812, name: 'node', cpuMs: 3_601_000 },
  ]);
});

test('the busiest come first; what is ours and what does next to nothing is left out', () => {
  const at = (cpu: Record<number, number>) =>
    Object.entries(cpu).map(([pid, cpuMs]) => ({
      pid: Number(pid),
      parent: { 11: 10, 12: 11 }[pid] ?? 1,
      name: `p${pid}`,
      cpuMs,
    }));
  const before = at({ 10: 0, 11: 0, 12: 0, 2e7: 100, 3e7: 0, 4e7: 0 });
  const after = at({ 10: 500, 11: 500, 12: 900, 2e7: 500, 3e7: 900, 4e7: 20, 5e7: 600 });
  expect(busiestBetween(before, after, 1000, 10)).toEqual([
    'p30000000 (process 30000000)',
    'p50000000 (process 50000000)',
  ]);
});

test.skipIf(process.platform !== 'linux')('a busy process of this machine is found by its name', async () => {
  const busy = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    await delay(300);
    const before = processTimes();
    await delay(1500);
    const found = before.find(({ pid }) => pid === busy.pid);
    expect(found?.parent).toBe(process.pid);
    // Not ours, as seen from another process.
    expect(busiestBetween(before, processTimes(), 1500, -1).join()).toContain(`node (process ${busy.pid})`);
  } finally {
    busy.kill('SIGKILL');
  }
});
