/** Confirming as a user goes on with it: after a search that ran out of time, or beside other work. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);

interface Told {
  readonly kind: string;
  readonly trial?: number;
  readonly left?: number;
}
const events = ({ stdout }: Ended): Told[] =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
const confirmedTrials = (ended: Ended): (number | undefined)[] =>
  events(ended).flatMap(event => (event.kind === 'confirmed' ? [event.trial] : []));

/** A copy of the searched store, changed by SQL; its path. */
function altered(name: string, sql: string): string {
  const copy = join(world.folder, `${name}.sqlite`);
  copyFileSync(world.store, copy);
  const database = new DatabaseSync(copy);
  database.exec(sql);
  database.close();
  return copy;
}

const unconfirm = "delete from observations where phase = 'confirm'";
const frontOf = async (store: string, ...more: string[]) =>
  JSON.parse((await run('front', '--store', store, '--json', ...more)).stdout);

beforeAll(async () => {
  world = makeWorld();
  const searched = await run(...world.search('--trials', '12', '--seed', '3', '--proxy-images', '60'));
  expect(searched.status).toBe(0);
  // Whoever reads a copy must find everything in the one file.
  const database = new DatabaseSync(world.store);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
}, 120_000);
afterAll(() => world.remove());

test('what a search left is confirmed, the dense model first, then the recommended point; the figures are those of the search', {
  timeout: 120_000,
}, async () => {
  const store = altered('left', unconfirm);
  const before = await frontOf(store);
  expect(before.unconfirmed).toBe(before.points.length - 1);
  expect((await run('front', '--store', store)).stdout).toContain(
    `To go on: rankfront confirm --study small --store ${store}`,
  );
  expect((await run('front', '--store', store, '--confirmed')).status).toBe(2);

  const ended = await run('confirm', '--json', '--store', store);
  expect(ended.status).toBe(0);
  const order = confirmedTrials(ended);
  expect(order[0]).toBe(0);
  if (before.gain.kind !== 'dense-alone') expect(order[1]).toBe(before.gain.trial);
  expect(events(ended).at(-2)).toMatchObject({ kind: 'confirm-finished', left: 0 });
  // The device computes its latencies, and the images are the same: so are the figures.
  expect(await frontOf(store)).toEqual(await frontOf(world.store));

  const again = await run('confirm', '--json', '--store', store);
  const kinds = events(again).flatMap(({ kind }) => (kind === 'stage' ? [] : [kind]));
  expect([again.status, kinds]).toEqual([0, ['front']]);
});

test('one trial, with the dense model that it is compared with; an unknown one is refused', {
  timeout: 120_000,
}, async () => {
  const store = altered('one', unconfirm);
  const [point] = (await frontOf(store)).points;
  const ended = await run('confirm', '--json', '--store', store, '--trial', String(point.trial));
  expect([ended.status, confirmedTrials(ended)]).toEqual([0, [0, point.trial]]);
  const front = await frontOf(store);
  expect(front.points.find(({ trial }: Told) => trial === point.trial)).toMatchObject({ confirmed: true });
  expect(front.unconfirmed).toBeGreaterThan(0);
  expect((await run('front', '--store', store)).stdout).toMatch(/^\* not confirmed: figures of the search/m);
  const unknown = await run('confirm', '--json', '--store', store, '--trial', '99');
  expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('has no trial 99')]);
});

test('the time over: exit 1, how many are left and how to go on; and it goes on', { timeout: 120_000 }, async () => {
  const store = altered('short', unconfirm);
  const ended = await run('confirm', '--json', '--store', store, '--time', '0.001s');
  const end = events(ended).find(({ kind }) => kind === 'confirm-finished');
  expect([ended.status, end]).toEqual([1, expect.objectContaining({ confirmed: 0, timeIsOver: true })]);
  expect(end?.left).toBeGreaterThan(1);
  expect((await run('confirm', '--json', '--store', store)).status).toBe(0);
});

test('a disturbed latency is no confirmation: it is marked everywhere, never picked, and measured again', {
  timeout: 120_000,
}, async () => {
  const [fastest] = (await frontOf(world.store)).points;
  const store = altered(
    'busy',
    `update observations set facts = json_set(facts, '$.quality', 'disturbed',
       '$.conditions.causes', json('[{"kind":"stolen","share":0.5}]')) where kind = 'latency' and trial_id = (select id from trials where number = ${fastest.trial})`,
  );
  const front = await frontOf(store);
  expect(front.disturbed).toBe(1);
  const point = front.points.find(({ trial }: Told) => trial === fastest.trial);
  expect(point).toMatchObject({
    confirmed: false,
    latencyQuality: 'disturbed',
    search: { latencyQuality: 'disturbed' },
    confirm: { latencyQuality: 'disturbed' },
  });
  const table = (await run('front', '--store', store)).stdout;
  expect(table).toMatch(new RegExp(`^ *${fastest.trial}~ `, 'm'));
  expect(table).toMatch(/^~ disturbed: /m);
  expect((await run('front', '--store', store, '--format', 'csv')).stdout).toContain(',disturbed,');
  expect((await run('front', '--store', store, '--format', 'svg')).stdout).toContain('>disturbed<');
  expect((await run('show', String(fastest.trial), '--store', store)).stdout).toContain(
    'latency of confirm: disturbed',
  );
  expect((await run('studies', '--store', store)).stdout).toContain('On the front of "small": 1 disturbed;');

  const limit = ['--min-speedup', String(fastest.speedup * 0.999)];
  const picked = await run('pick', '--store', store, ...limit);
  expect([picked.status, picked.stdout]).toEqual([1, expect.stringContaining('--accept-disturbed')]);
  const accepted = await run('pick', '--store', store, ...limit, '--accept-disturbed', '--json');
  expect(JSON.parse(accepted.stdout).point).toMatchObject({ trial: fastest.trial, latencyQuality: 'disturbed' });
  const out = join(world.folder, 'busy.onnx');
  const exported = await run('export', '--store', store, '--trial', String(fastest.trial), '--out', out);
  expect([exported.status, exported.stderr]).toEqual([0, expect.stringContaining('is not known')]);

  const ended = await run('confirm', '--json', '--store', store);
  expect([ended.status, confirmedTrials(ended)]).toEqual([0, [fastest.trial]]);
  expect(await frontOf(store)).toMatchObject({ disturbed: 0, unconfirmed: 0 });
});

test('an audit that scored the images does not confirm a trial', { timeout: 120_000 }, async () => {
  const store = altered('audited', "delete from observations where phase = 'confirm' and kind = 'latency'");
  expect((await frontOf(store)).unconfirmed).toBeGreaterThan(0);
  const ended = await run('confirm', '--json', '--store', store);
  expect(ended.status).toBe(0);
  expect(confirmedTrials(ended).length).toBeGreaterThan(1);
});

test('without a terminal and without --json: lines for people, each with its time, and the front at the end', {
  timeout: 120_000,
}, async () => {
  const store = altered('log', unconfirm);
  const ended = await run('confirm', '--store', store);
  expect(ended.status).toBe(0);
  const log = ended.stderr.trim().split('\n');
  for (const line of log) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}\S/);
  expect(log.filter(line => /Confirmed \d+ of \d+: /.test(line)).length).toBeGreaterThan(1);
  expect(log.some(line => / {2}Made \d+ factorisations ready in \d/.test(line))).toBe(true);
  expect(ended.stdout).toMatch(/^dense 0 /m);
  expect(ended.stdout).not.toContain('{');
});
