import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { cooledDevice } from '../../src/device/cooled.ts';
import { scriptedDevice } from '../../src/device/scripted.ts';
import { complete } from '../../src/errors/failure.ts';
import { readClimate } from '../../src/host/climate.ts';

const file = { path: 'x', sha256: 'x' };
const budget = { halfWidth: 0.1, maxMs: 1, minPairs: 5, seed: 0 };
const nothing = { celsius: null, clockMhz: null, governor: null };

test('rests until the device is cool, for no longer than it may, and says how warm it was', async () => {
  for (const [mostMs, rested] of [
    [60_000, 500 + 7 * 1000],
    [4500, 4500],
  ] as const) {
    let celsius = 80;
    let sleptMs = 0;
    const said: string[] = [];
    const device = cooledDevice(
      scriptedDevice(() => complete(3)),
      {
        coolDown: { pauseMs: 500, belowCelsius: 45, mostMs },
        climate: () => ({ celsius, clockMhz: 1500, governor: 'performance' }),
        sleep: async ms => {
          sleptMs += ms;
          celsius -= 5 * Math.floor(ms / 1000);
        },
        onWait: message => said.push(message),
      },
    );
    const answer = await device.latency(file, file, budget);
    expect(sleptMs).toBe(rested);
    expect(said).toEqual(['Letting the device cool down: 80 °C, wanted 45 °C.']);
    const climate = { celsius, clockMhz: 1500, governor: 'performance' };
    expect(answer).toMatchObject({ value: { ratio: 1, conditions: { climate: { before: climate, after: climate } } } });
  }
});

test('where nothing can be read, nothing is added and nothing is waited for but the pause', async () => {
  const slept: number[] = [];
  const plain = scriptedDevice(() => complete(3));
  const device = cooledDevice(plain, {
    coolDown: { pauseMs: 700, belowCelsius: 20, mostMs: 60_000 },
    climate: () => nothing,
    sleep: async ms => void slept.push(ms),
  });
  expect(await device.latency(file, file, budget)).toEqual(await plain.latency(file, file, budget));
  expect(slept).toEqual([700]);
});

test('reads what Linux tells: the warmest zone that makes sense, the mean clock', () => {
  const root = mkdtempSync(join(tmpdir(), 'rankfront-sys-'));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  expect(readClimate(root)).toEqual(nothing);
  put('class/thermal/thermal_zone0/temp', '41000\n');
  put('class/thermal/thermal_zone1/temp', '52500\n');
  put('class/thermal/thermal_zone2/temp', '-273000\n');
  put('class/thermal/thermal_zone3/temp', '999999\n');
  put('devices/system/cpu/cpu0/cpufreq/scaling_cur_freq', '1500000\n');
  put('devices/system/cpu/cpu11/cpufreq/scaling_cur_freq', '2500000\n');
  put('devices/system/cpu/cpu0/cpufreq/scaling_governor', 'ondemand\n');
  expect(readClimate(root)).toEqual({ celsius: 52.5, clockMhz: 2000, governor: 'ondemand' });
  rmSync(root, { recursive: true });
});
