/** One network on several devices as a user compares it: compare, transfer, and what the studies that come of it are good for. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeModel } from '../../src/onnx/write.ts';
import { type Ended, rankfront } from './rankfront.ts';
import { makeWorld, smallNetwork, type World } from './world.ts';

let world: World;
const at = (name: string): string => join(world.folder, name);
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);
const here = (command: string, ...args: string[]) => run(command, ...args, '--store', world.store);

/** Bound by memory rather than by arithmetic, a coarser granularity, and a host of its own. */
const otherProfile = `name: board
rankGranularity: 8
pricePerHour: 0.36
powerWatts: 10
batchSize: 1
driver:
  kind: roofline
  peakMacsPerSecond: 8e9
  bandwidthBytesPerSecond: 3e8
  operatorOverheadMs: 0.02
host: { threads: 2 }
`;

beforeAll(async () => {
  world = makeWorld();
  writeFileSync(at('other.yaml'), otherProfile);
  writeFileSync(at('another.onnx'), writeModel(smallNetwork(8)));
  const of = (...more: string[]) => run(...world.search('--trials', '12', '--proxy-images', '60', ...more));
  expect((await of('--seed', '3')).status).toBe(0);
  expect((await of('--seed', '4', '--hardware', at('other.yaml'), '--study', 'own')).status).toBe(0);
  expect((await of('--seed', '3', '--model', at('another.onnx'), '--study', 'another')).status).toBe(0);
  copyFileSync(world.store, at('copy.sqlite'));
}, 240_000);
afterAll(() => world.remove());

test('compare: each device by its own front, with its price and its energy by hand', async () => {
  const { status, stdout } = await here('compare', 'small', 'own', '--max-drop', '40pp', '--json');
  expect(status).toBe(0);
  const { devices, sites, sameSites } = JSON.parse(stdout);
  for (const [index, study] of ['small', 'own'].entries()) {
    const front = JSON.parse((await here('front', '--study', study, '--json')).stdout);
    const device = devices[index];
    expect(device.dense.latencyMs).toBeCloseTo(front.dense.latencyMs, 9);
    // The fastest that is known to keep within the limit, confirmed.
    const { trial, speedup, speedupCi } = device.factorised;
    const point = front.points.find((each: { trial: number }) => each.trial === trial);
    expect(point).toMatchObject({ confirmed: true, speedup, speedupCi });
    expect(device.factorised.latencyMs).toBeCloseTo(device.dense.latencyMs / speedup, 9);
  }
  const [first, board] = devices;
  expect(first.dense).toMatchObject({ pricePerMillion: null, kwhPerMillion: null });
  // 0.36 an hour is 1e-7 a millisecond; 10 W is 10 mJ a millisecond.
  expect(board.dense.pricePerMillion).toBeCloseTo(0.1 * board.dense.latencyMs, 9);
  expect(board.dense.kwhPerMillion).toBeCloseTo((1e6 * board.dense.latencyMs * 0.01) / 3.6e6, 9);
  expect(board.energyBy).toBe('stated');
  const spreads = sites.map((each: { spread: number }) => each.spread);
  expect(spreads).toEqual([...spreads].sort((a, b) => b - a));
  expect(sites.length + sameSites).toBe(3);
});

test('compare: the table names devices and what differs, the chart is drawn, and a study of another file is found', async () => {
  const other = `${at('copy.sqlite')}#own`;
  const { status, stdout } = await here('compare', 'small', other, '--max-drop', '40pp');
  expect(status).toBe(0);
  expect(stdout).toContain('board');
  expect(stdout).toMatch(/"own" has other calibration|Ranks differ|same rank on every device/);
  const drawn = await here('compare', 'small', other, '--format', 'svg', '--out', at('devices.svg'));
  expect(drawn.status).toBe(0);
  expect(readFileSync(at('devices.svg'), 'utf8')).toContain('One network on small, own');
  const rows = (await here('compare', 'small', other, '--format', 'csv')).stdout.trim().split(/\r?\n/);
  expect(rows).toHaveLength(3);
  const twoOfAName = await here('compare', 'small', `${at('copy.sqlite')}#small`, '--json');
  const names = JSON.parse(twoOfAName.stdout).devices.map((each: { study: string }) => each.study);
  expect(names).toEqual([`${world.store}#small`, `${at('copy.sqlite')}#small`]);
});

test('compare: what cannot be compared is refused in a sentence', async () => {
  const another = await here('compare', 'small', 'another');
  expect(another.status).toBe(2);
  expect(another.stderr).toMatch(/expected one network, found .*model\.onnx.* and .*another\.onnx/);
  const alone = await here('compare', 'small');
  expect(alone.status).toBe(2);
  expect(alone.stderr).toContain('expected two studies or more');
  const twice = await here('compare', 'small', 'small');
  expect(twice.stderr).toContain('named twice');
  const gone = await here('compare', 'small', `${at('nothing.sqlite')}#x`);
  expect(gone.status).toBe(2);
  // The comparison never takes the place of a store.
  const over = await here('compare', 'small', 'own', '--format', 'csv', '--out', world.store);
  expect(over.status).toBe(2);
});

test('transfer: the front on another device is a study that everything works on, and verify proves it', async () => {
  const { status, stdout, stderr } = await here(
    'transfer',
    '--study',
    'small',
    '--hardware',
    at('other.yaml'),
    '--as',
    'moved',
    '--json',
  );
  expect(stderr).toContain('rankGranularity');
  const said = JSON.parse(stdout);
  expect(status).toBe(said.members.some((each: { verdict: string }) => each.verdict === 'keep') ? 0 : 1);
  expect(said).toMatchObject({ from: { study: 'small' }, to: { study: 'moved', device: 'board' } });
  // The own study has another granularity, so that it is another space, and still the same device.
  expect(said.own).toMatchObject({ study: 'own' });
  const front = JSON.parse((await here('front', '--study', 'small', '--json')).stdout);
  const wanted = front.points.filter((each: { trial: number }) => each.trial > 0);
  expect(said.members.map((each: { trial: number }) => each.trial).sort()).toEqual(
    wanted.map((each: { trial: number }) => each.trial).sort(),
  );
  for (const member of said.members) {
    const point = wanted.find((each: { trial: number }) => each.trial === member.trial);
    expect(member.there.speedup).toBe(point.speedup);
    expect(member.here.change).toBeCloseTo(point.judged.change, 9);
    expect(member.here.confirmed).toBe(true);
  }
  const { own, transferred, dense, loss, kept } = said.volume;
  expect(loss).toBeCloseTo(own - transferred, 12);
  expect(kept).toBeCloseTo((transferred - dense) / (own - dense), 12);
  expect((await here('verify', '--study', 'moved')).status).toBe(0);
  const roi = await here('compare', 'small', 'moved', '--json');
  expect(roi.status).toBe(0);
  // Once more: nothing is left to measure, and the answer is the same.
  const again = await here('transfer', '--study', 'small', '--hardware', at('other.yaml'), '--as', 'moved', '--json');
  expect(JSON.parse(again.stdout)).toEqual(said);
  expect(again.stderr).not.toContain('Timed');
}, 240_000);

test('transfer: a device that scores is asked again, and verify scores there', async () => {
  const measured = `name: scores
rankGranularity: 4
driver: { kind: onnxruntime, threads: 1 }
host: { scorer: device }
latencyBudget: { halfWidth: 0.2, maxMs: 200, minPairs: 5, warmup: 1, sessions: 3, waitMs: 0 }
`;
  writeFileSync(at('scores.yaml'), measured);
  const study = ['--study', 'scored'];
  const given = ['--study', 'small', '--hardware', at('scores.yaml'), '--as', 'scored', '--trials', '2', '--json'];
  const { stderr, stdout } = await here('transfer', ...given);
  expect(stderr).toContain('Images are scored again');
  const { members } = JSON.parse(stdout);
  const timed = members.filter((each: { verdict: string }) => each.verdict !== 'not-measured');
  expect(timed).toHaveLength(2);
  // It computes as this host does: the answers are the same, and they were taken again.
  const trials = async (name: string) => JSON.parse((await here('trials', '--study', name, '--json')).stdout).trials;
  const before = await trials('small');
  for (const trial of await trials('scored')) {
    const source = before.find((each: { sites: object }) => JSON.stringify(each.sites) === JSON.stringify(trial.sites));
    for (const phase of ['search', 'confirm']) expect(trial[phase].accuracy).toEqual(source[phase].accuracy);
  }
  const verified = JSON.parse((await here('verify', '--json', ...study)).stdout);
  const phases = verified.trials.flatMap((trial: { phases: readonly object[] }) => trial.phases);
  expect(phases.length).toBeGreaterThan(2);
  for (const phase of phases) expect(phase).toMatchObject({ failure: null, accuracy: { verdict: 'equal' } });
}, 240_000);

test('transfer: fewer trials, the same device, and a name that is taken', async () => {
  const few = await here(
    'transfer',
    '--study',
    'small',
    '--hardware',
    at('other.yaml'),
    '--as',
    'few',
    '--trials',
    '1',
    '--json',
  );
  const timed = JSON.parse(few.stdout).members.filter((each: { verdict: string }) => each.verdict !== 'not-measured');
  expect(timed).toHaveLength(1);
  const same = await here('transfer', '--study', 'small', '--hardware', world.hardware);
  expect(same.status).toBe(2);
  expect(same.stderr).toContain('Name the profile of another device');
  const taken = await here('transfer', '--study', 'small', '--hardware', at('other.yaml'), '--as', 'another');
  expect(taken.status).toBe(2);
  expect(taken.stderr).toContain('the model');
  const against = await here(
    'transfer',
    '--study',
    'small',
    '--hardware',
    at('other.yaml'),
    '--as',
    'moved',
    '--against',
    'another',
  );
  expect(against.status).toBe(2);
  expect(against.stderr).toContain('expected one network');
}, 240_000);

test('a damaged study is named, and not compared', async () => {
  mkdirSync(at('empty'), { recursive: true });
  writeFileSync(at('empty/none.sqlite'), 'not a database');
  const { status, stderr } = await here('compare', 'small', `${at('empty/none.sqlite')}#x`);
  expect(status).toBe(2);
  expect(stderr).toContain('none.sqlite');
});
