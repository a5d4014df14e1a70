/** Reckoning as a user does it: on the reference study, and on two devices. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeModel } from '../../src/onnx/write.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { makeWorld, smallNetwork, type World } from './world.ts';

const reference = join(import.meta.dirname, '..', '..', 'results', 'reference', 'resnet18', 'study.sqlite');
const file = `currency: EUR
callsPerDay: 20_000_000
peakFactor: 3
mostUtilisation: 0.6
maxDrop: 5pp
horizonMonths: 24
pricePerHour: 0.20
fixedMs: 4
searchHours: 3
retrainHours: 20
effortPricePerHour: 0.20
personDays: 5
pricePerPersonDay: 600
`.replace('20_000_000', '20000000');

let folder: string;
let world: World;
const at = (name: string): string => join(folder, name);
const roi = (...args: string[]): Promise<Ended> =>
  rankfront(['roi', '--store', reference, '--inputs', at('roi.yaml'), ...args]);
const inWorld = (...args: string[]): Promise<Ended> => rankfront(args, world.env);

const otherProfile = `name: accelerator
driver: roofline
rankGranularity: 4
roofline:
  peakMacsPerSecond: 4e9
  bandwidthBytesPerSecond: 2e9
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rankfront-roi-'));
  writeFileSync(at('roi.yaml'), file);
  world = makeWorld();
  writeFileSync(join(world.folder, 'other.yaml'), otherProfile);
  writeFileSync(join(world.folder, 'another.onnx'), writeModel(smallNetwork(8)));
  const of = (...more: string[]) => inWorld(...world.search('--trials', '6', '--proxy-images', '60', ...more));
  const other = ['--hardware', join(world.folder, 'other.yaml')];
  const third = ['--model', join(world.folder, 'another.onnx')];
  expect((await of('--seed', '3')).status).toBe(0);
  expect((await of('--seed', '3', ...other, '--study', 'fast')).status).toBe(0);
  expect((await of('--seed', '3', ...third, '--study', 'another')).status).toBe(0);
}, 180_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  world.remove();
});

test('the reference study: machines and money by hand, from its stored figures', async () => {
  const { status, stdout } = await roi('--json');
  expect(status).toBe(0);
  const said = JSON.parse(stdout);
  const [{ denseMs, candidate }] = said.studies;
  // 20 million calls a day, three times that at the peak, at 60 % use.
  const needed = (modelMs: number) => Math.ceil((((20e6 / 86_400) * 3) / 1000) * ((4 + modelMs) / 0.6));
  const [dense, fast] = said.options;
  expect(dense.machines.value).toBe(needed(denseMs));
  expect(fast.machines).toEqual({
    value: needed(denseMs / candidate.speedup),
    low: needed(denseMs / candidate.speedupCi[0]),
    high: needed(denseMs / candidate.speedupCi[1]),
  });
  expect(dense.perMonth.value).toBe(String(needed(denseMs) * 146));
  const freed = dense.machines.value - fast.machines.value;
  // 23 hours at 0.20 and 5 days at 600.
  expect(fast.upFront.value).toBe('3004.6');
  expect(Number(fast.saving.value)).toBeCloseTo(freed * 146 * 24 - 3004.6, 6);
  expect(fast.payback.value.months).toBeCloseTo(3004.6 / (freed * 146), 9);
  expect(said).toMatchObject({ pays: true, best: 1, rivals: [] });
});

test('it is the trial that pick picks', async () => {
  const picked = JSON.parse((await rankfront(['pick', '--store', reference, '--max-drop', '5pp', '--json'])).stdout);
  const [study] = JSON.parse((await roi('--json')).stdout).studies;
  expect(study.candidate).toMatchObject({ trial: picked.point.trial, speedup: picked.point.speedup });
});

test('an option goes before its key; staying dense is exit 1', async () => {
  const { status, stdout } = await roi('--calls-per-day', '2000000');
  expect(stdout).toContain('Stay dense: nothing else costs less.');
  expect(stdout).toContain('At 2,000,000 calls a day.');
  expect(status).toBe(1);
  const strict = await roi('--max-drop', '1pp');
  expect(strict.status).toBe(1);
  expect(strict.stdout).toContain('Stay dense: no confirmed trial');
});

test('what is missing is asked for by option and key, all at once', async () => {
  const { status, stderr } = await rankfront(['roi', '--store', reference, '--currency', 'EUR', '--fixed-ms', '4']);
  expect(status).toBe(2);
  for (const name of ['callsPerDay (--calls-per-day)', 'pricePerHour (--price-per-hour)', 'personDays (--person-days)'])
    expect(stderr).toContain(name);
  expect(stderr).not.toContain('fixedMs');
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('values that cannot be are named with their option, or their line', async () => {
  expect((await roi('--most-utilisation', '60')).stderr).toMatch(/--most-utilisation: expected at most 1, found 60/);
  expect((await roi('--price-per-hour', 'cheap')).stderr).toMatch(/--price-per-hour: expected a number/);
  expect((await roi('--max-drop', '5')).stderr).toMatch(/--max-drop.*5pp/);
  writeFileSync(at('bad.yaml'), `${file}horizonMonths: 3\n`);
  expect((await roi('--inputs', at('bad.yaml'))).stderr).toMatch(/bad\.yaml:14/);
});

test('a file of hours is looked for beside the file that names it', async () => {
  writeFileSync(
    at('hours.csv'),
    `hour,calls\n${Array.from({ length: 24 }, (_, h) => `${h},${1e6 * (h + 1)}`).join('\n')}\n`,
  );
  writeFileSync(
    at('hourly.yaml'),
    file.replace(/^callsPerDay.*$/m, 'hoursFile: hours.csv').replace(/^peakFactor.*\n/m, ''),
  );
  const { stdout } = await roi('--inputs', at('hourly.yaml'), '--json');
  const said = JSON.parse(stdout);
  expect(said.callsPerDay).toBe(300e6);
  const [dense] = said.options;
  expect(dense.machines.value).toBe(Math.ceil(((24e6 / 3600 / 1000) * dense.callMs.value) / 0.6));
  expect(said.leftOut).toContain('Peaks within an hour.');
});

const devices = `${file.replace(/^maxDrop.*$/m, 'maxDrop: 90pp').replace(/^fixedMs.*$/m, 'fixedMs: 0.1')}devices:
  fast: { pricePerHour: 0.30, moveCost: 1000 }
  gone: { pricePerHour: 1 }
`;

test('two devices: four options, each from the study of its device', async () => {
  writeFileSync(at('devices.yaml'), devices);
  const args = ['roi', 'small', 'fast', '--store', world.store, '--inputs', at('devices.yaml')];
  const { stdout, stderr } = await inWorld(...args, '--json');
  expect(stderr).toContain('Not used: the figures under devices for gone');
  const said = JSON.parse(stdout);
  expect(said.options.map(({ name }: { name: string }) => name)).toEqual([
    'stay dense',
    'factorise',
    'rent accelerator',
    'rent accelerator and factorise',
  ]);
  for (const [index, study] of ['small', 'fast'].entries()) {
    const front = JSON.parse((await inWorld('front', '--study', study, '--store', world.store, '--json')).stdout);
    expect(said.studies[index].denseMs).toBe(front.dense.latencyMs);
    expect(said.options[2 * index].callMs.value).toBeCloseTo(front.dense.latencyMs + 0.1, 9);
  }
  const costs = said.options.map(({ saving }: { saving: { value: string } }) => -Number(saving.value));
  expect(costs[said.best]).toBe(Math.min(...costs));
  const text = (await inWorld(...args)).stdout;
  expect(text).toContain('computed from a model of it, not measured');
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
});

test('studies of two networks, a study named twice, and one that is not there are refused', async () => {
  const of = (...names: string[]) => inWorld('roi', ...names, '--store', world.store, '--inputs', at('devices.yaml'));
  expect((await of('small', 'another')).stderr).toMatch(
    /expected one network, found .*model\.onnx" .*and .*another\.onnx"/,
  );
  expect((await of('small', 'small')).stderr).toMatch(/named twice/);
  expect((await of('small', 'fst')).stderr).toMatch(/Did you mean "fast"/);
  expect((await of('small', '--study', 'fast')).stderr).toMatch(/Leave --study out/);
  expect((await of('small', 'fast', '--trial', '2')).stderr).toMatch(/devices\.STUDY\.trial/);
});

test('named studies are those, whatever study a settings file is for; its store holds', async () => {
  writeFileSync(at('rankfront.yaml'), `version: 1\nstudy: another\nstore: ${world.store}\n`);
  writeFileSync(at('named.yaml'), devices);
  const answer = await rankfront(
    ['roi', 'small', 'fast', '--inputs', at('named.yaml'), '--json', '--config', at('rankfront.yaml')],
    world.env,
  );
  expect([0, 1]).toContain(answer.status);
  expect(JSON.parse(answer.stdout).studies.map(({ study }: { study: string }) => study)).toEqual(['small', 'fast']);
});
