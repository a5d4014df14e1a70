import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { energyOfSessions, metered } from '../../../src/device/energy/metered.ts';
import { openCounters } from '../../../src/device/energy/rapl.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rankfront-rapl-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function zone(name: string, called: string, microjoules: number, range = 1_000_000): void {
  mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, name, 'name'), `${called}\n`);
  writeFileSync(join(root, name, 'energy_uj'), `${microjoules}\n`);
  writeFileSync(join(root, name, 'max_energy_range_uj'), `${range}\n`);
}

test('joules of all packages, parts of them and the whole system left out, over a wrap of the counter', () => {
  zone('intel-rapl:0', 'package-0', 900_000);
  zone('intel-rapl:1', 'package-1', 10);
  zone('intel-rapl:0:0', 'core', 5);
  zone('intel-rapl:2', 'psys', 5);
  zone('intel-rapl-mmio:0', 'package-0', 900_000);
  const counters = openCounters(root);
  zone('intel-rapl:0', 'package-0', 950_000);
  zone('intel-rapl:1', 'package-1', 30_010);
  zone('intel-rapl:0:0', 'core', 700_000);
  expect(counters?.since()).toBeCloseTo(0.08, 12);
  zone('intel-rapl:0', 'package-0', 20_000);
  expect(counters?.since()).toBeCloseTo(0.07, 12);
  expect(counters?.since()).toBe(0);
  counters?.close();
});

test('none where there are none, or they may not be read', () => {
  expect(openCounters(join(root, 'nowhere'))).toBeNull();
  mkdirSync(join(root, 'intel-rapl:0'));
  writeFileSync(join(root, 'intel-rapl:0', 'name'), 'package-0\n');
  expect(openCounters(root)).toBeNull();
});

test('each model is charged with its own calls, and what lies between them with none', async () => {
  zone('intel-rapl:0', 'package-0', 0);
  let microjoules = 0;
  const spend = (more: number): void => {
    microjoules += more;
    zone('intel-rapl:0', 'package-0', microjoules);
  };
  const counters = openCounters(root);
  const call = (cost: number) => async (): Promise<number> => {
    spend(cost);
    return 5;
  };
  const [candidate, reference] = [metered(call(3000), counters), metered(call(7000), counters)];
  await candidate.call();
  candidate.begin();
  for (let i = 0; i < 4; i++) {
    expect(await candidate.call()).toBe(5);
    spend(50_000);
    await reference.call();
  }
  expect(candidate.joules()).toBeCloseTo(0.012, 12);
  expect(reference.joules()).toBeCloseTo(0.028, 12);
  const session = {
    candidateJoules: candidate.joules(),
    referenceJoules: reference.joules(),
    calls: candidate.calls(),
  };
  const energy = energyOfSessions([session, session]);
  expect(energy).toMatchObject({ source: 'rapl', apart: true, readings: 32 });
  expect(energy?.candidateJoules).toBeCloseTo(0.003, 12);
  expect(energy?.referenceJoules).toBeCloseTo(0.007, 12);
  expect(energyOfSessions([{ candidateJoules: 0, referenceJoules: 1, calls: 3 }])).toBeUndefined();
  expect(energyOfSessions([])).toBeUndefined();
  counters?.close();
});
