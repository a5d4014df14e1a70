import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { energyFromPower, startPower, wattsIn } from '../../../src/device/energy/power.ts';
import { parseHardwareProfile } from '../../../src/device/profile.ts';

const settings = (script: string) => ({ command: [process.execPath, '-e', script], everyMs: 20, scale: 1 });

test('watts in a line, by its first number or by a regular expression, in another unit', () => {
  expect(wattsIn('41.25 W', { scale: 1 })).toBe(41.25);
  expect(wattsIn('power.draw [W]', { scale: 1 })).toBeNull();
  expect(wattsIn('0, [N/A]', { scale: 1 })).toBeNull();
  expect(wattsIn('VDD_IN 5016mW/4960mW', { regex: 'VDD_IN (\\d+)mW', scale: 0.001 })).toBeCloseTo(5.016, 12);
  expect(wattsIn('1.5e+01', { scale: 1 })).toBe(15);
});

test('a command that goes on printing, and one that ends and is run again', async () => {
  const lasting = startPower(settings("setInterval(() => console.log('7 W'), 20)"));
  await vi.waitFor(() => expect(lasting.readings.length).toBeGreaterThan(2), 10_000);
  lasting.stop();
  expect(lasting.readings.every(({ watts }) => watts === 7)).toBe(true);
  const ending = startPower(settings("console.log('3 W')"));
  await vi.waitFor(() => expect(ending.readings.length).toBeGreaterThan(1), 10_000);
  ending.stop();
  await delay(100);
  const count = ending.readings.length;
  await delay(300);
  expect(ending.readings.length).toBe(count);
  expect(ending.why()).toBeNull();
});

test('why there are no readings', async () => {
  const gone = startPower({ command: ['no-such-meter-anywhere'], everyMs: 20, scale: 1 });
  await vi.waitFor(() => expect(gone.why()).toBe('ENOENT'), 5000);
  gone.stop();
  const failing = startPower(settings('process.exit(3)'));
  await vi.waitFor(() => expect(failing.why()).toContain('status 3'), 10_000);
  failing.stop();
});

test('the mean power within the spans, times the time of a call', () => {
  const readings = [1, 2, 3, 4, 5].map(each => ({ atMs: 100 * each, watts: 10 * each }));
  const candidate = { spans: [{ fromMs: 100, toMs: 200 }], ms: 4 };
  const reference = { spans: [{ fromMs: 400, toMs: 500 }], ms: 8 };
  // 15 W for 4 ms, 45 W for 8 ms.
  expect(energyFromPower(readings, candidate, reference, false)).toEqual({
    source: 'command',
    candidateJoules: 0.06,
    referenceJoules: 0.36,
    readings: 4,
    apart: true,
  });
  // They alternate, so that both share 30 W.
  expect(energyFromPower(readings, candidate, reference, true)).toMatchObject({
    candidateJoules: 0.12,
    referenceJoules: 0.24,
    apart: false,
  });
  const early = { spans: [{ fromMs: 0, toMs: 50 }], ms: 4 };
  expect(energyFromPower(readings, early, reference, false)).toMatchObject({ candidateJoules: 0.18, apart: false });
  expect(energyFromPower(readings, early, early, false)).toBeUndefined();
});

test('what a profile says of a meter', () => {
  const { power } = parseHardwareProfile(
    'name: a\nthreads: 2\npower: { command: [meter, -w], scale: 0.001 }\n',
    'a.yaml',
  );
  expect(power).toEqual({ command: ['meter', '-w'], everyMs: 500, scale: 0.001 });
  expect(() => parseHardwareProfile('name: a\npower: { command: [] }\n', 'a.yaml')).toThrow('power.command');
});
