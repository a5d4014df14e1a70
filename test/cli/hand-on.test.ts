/** What a study is handed on as: reports, pictures, lists of trials, and files that prove themselves. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath } from '../../src/host/chromium.ts';
import { rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
const name = '<b>night & day</b>';
const at = (file: string): string => join(world.folder, file);
const run = (...args: string[]) => rankfront([...args, '--store', world.store], world.env);

beforeAll(async () => {
  world = makeWorld();
  const searched = await rankfront(world.search('--trials', '6', '--study', name), world.env);
  expect(searched, searched.stderr).toMatchObject({ status: 0 });
}, 120_000);
afterAll(() => world.remove());

test('a report is one HTML file that loads nothing, in which names are text', async () => {
  const { status, stderr } = await run('report', '--trial', '1', '--out', at('report.html'));
  expect(stderr).toContain(`Wrote ${at('report.html')}.`);
  expect(status).toBe(0);
  const html = readFileSync(at('report.html'), 'utf8');
  expect(html).toContain('&lt;b&gt;night &amp; day&lt;/b&gt;');
  expect(html).not.toContain('<b>night');
  expect(html).not.toMatch(/https?:(?!\/\/www\.w3\.org\/)|<script|<link|<img|\bsrc=/);
  for (const part of [
    '<svg',
    'The front',
    'ranks of trial 1',
    'How it was measured',
    'Retraining',
    'Make it again',
    'Hashes',
  ])
    expect(html).toContain(part);
  expect(html).toContain('conv1');
  expect(html).toContain('computed from a model of computed, and not measured');
}, 60_000);

test('Markdown by the ending; a trial that is not there and an ending that is not known are refused before anything is written', async () => {
  expect((await run('report', '--out', at('report.md'))).status).toBe(0);
  expect(readFileSync(at('report.md'), 'utf8')).toMatch(/^# \\<b\\>night &amp; day/);
  const missing = await run('report', '--trial', '99', '--out', at('no.html'));
  expect(missing).toMatchObject({ status: 2 });
  expect(missing.stderr).toMatch(/Cannot report on trial 99 of .* See "rankfront trials/);
  const word = await run('report', '--out', at('report.docx'));
  expect(word.stderr).toMatch(
    /Cannot tell the format of .*report.docx" by its ending: expected .html, .htm, .md, .pdf/,
  );
  const store = await run('report', '--out', world.store, '--format', 'html');
  expect(store.stderr).toMatch(/it is the store, which this command reads/);
  expect(existsSync(at('no.html')) || existsSync(at('report.docx'))).toBe(false);
}, 60_000);

test('a PDF needs a browser, and says so where there is none', async () => {
  const without = await rankfront(['report', '--store', world.store, '--out', at('none.pdf')], {
    ...world.env,
    PATH: world.folder,
  });
  expect(without).toMatchObject({ status: 2 });
  expect(without.stderr).toMatch(/it takes Chromium, Chrome or Edge, and none is found on this machine/);
  writeFileSync(at('browser'), '#!/bin/sh\necho starting >&2\necho no display >&2\nexit 3\n', { mode: 0o755 });
  const broken = await rankfront(['report', '--store', world.store, '--out', at('none.pdf')], {
    ...world.env,
    RANKFRONT_CHROMIUM: at('browser'),
  });
  expect(broken.stderr).toMatch(/printed no page \(no display\)\. Name another browser/);
  expect(existsSync(at('none.pdf'))).toBe(false);
}, 60_000);

test.skipIf(chromiumPath() === null)(
  'a PDF is printed where there is a browser (skipped without one)',
  async () => {
    expect((await run('report', '--out', at('report.pdf'))).status).toBe(0);
    const pdf = readFileSync(at('report.pdf'));
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(20_000);
  },
  180_000,
);

test('the front is a picture by the ending of the file, and never text in its place', async () => {
  expect((await run('front', '--out', at('front.png'))).status).toBe(0);
  const { width, height, format } = await sharp(at('front.png')).metadata();
  expect({ width, height, format }).toEqual({ width: 1800, height: 1200, format: 'png' });
  const { dominant } = await sharp(at('front.png')).stats();
  expect(dominant.r).toBeGreaterThan(240);
  expect((await run('front', '--format', 'png')).stderr).toMatch(/Cannot print a picture as text/);
  const text = await run('front', '--format', 'table', '--out', at('text.png'));
  expect(text).toMatchObject({ status: 2 });
  expect(existsSync(at('text.png'))).toBe(false);
  expect((await run('front', '--out', at('front.csv'))).status).toBe(0);
  expect(readFileSync(at('front.csv'), 'utf8')).toMatch(/^trial,latency_ms/);
}, 60_000);

test('trials as CSV and JSON: one row a trial, one column a site', async () => {
  const { stdout, status } = await run('trials', '--format', 'csv');
  expect(status).toBe(0);
  const [header = '', ...rows] = stdout.trim().split('\r\n');
  const columns = header.split(',');
  expect(columns.slice(0, 4)).toEqual(['trial', 'state', 'front', 'feasible']);
  expect(columns.filter(each => each.startsWith('site:'))).toEqual(
    ['site:conv1', 'site:conv2', 'site:conv3', 'site:fc'].filter(each => columns.includes(each)),
  );
  expect(rows).toHaveLength(7);
  for (const row of rows) expect(row.split(',')).toHaveLength(columns.length);
  const { trials } = JSON.parse((await run('trials', '--json')).stdout);
  expect(trials).toHaveLength(7);
  const [dense, first] = trials;
  expect(dense).toMatchObject({
    trial: 0,
    state: 'complete',
    search: { latency: { speedup: 1 }, accuracy: { drop: null } },
  });
  const cell = (row: string | undefined, column: string): string | undefined =>
    row?.split(',')[columns.indexOf(column)];
  expect(Number(cell(rows[1], 'speedup'))).toBe(first.search.latency.speedup);
  expect(cell(rows[1], 'site:conv1')).toBe(first.sites.conv1);
  const table = (await run('trials')).stdout.split('\n');
  expect(table[0]?.trim().split(/ {2,}/)).toEqual([
    'trial',
    'state',
    'ms',
    'speed-up',
    'top-1 %',
    'change pp ± 95 %',
    'sites',
    'why',
  ]);
  expect(table).toContain('7 trials: 7 complete.');
}, 60_000);

test('export-study and import-study: the hash is the same at both ends, and a changed number is named', async () => {
  const exported = await run('export-study', '--out', at('a.study'), '--json');
  expect(exported, exported.stderr).toMatchObject({ status: 0 });
  const { sha256 } = JSON.parse(exported.stdout);
  const into = ['--store', at('there.sqlite')];
  const imported = await rankfront(['import-study', at('a.study'), ...into], world.env);
  expect(imported.stderr).toContain(`The SHA-256 of its content is ${sha256}.`);
  const again = await rankfront(['import-study', at('a.study'), ...into], world.env);
  expect(again.stderr).toMatch(/has a study of that name\. Import it under another name: --as/);
  expect((await rankfront(['import-study', at('a.study'), '--as', 'two', ...into], world.env)).status).toBe(0);
  const front = (store: string, study: string) =>
    rankfront(['front', '--json', '--store', store, '--study', study], world.env);
  const points = async (store: string, study: string) => JSON.parse((await front(store, study)).stdout).points;
  expect(await points(at('there.sqlite'), 'two')).toEqual(await points(world.store, name));

  const database = new DatabaseSync(at('a.study'));
  database.exec(
    "update observations set value = value * 0.5 where kind = 'latency' and trial_id = (select id from trials where number = 2)",
  );
  database.close();
  const changed = await rankfront(['import-study', at('a.study'), '--as', 'three', ...into], world.env);
  expect(changed).toMatchObject({ status: 2 });
  expect(changed.stderr).toMatch(/it was changed after it was exported: trial 2\. Ask for the file again/);
}, 120_000);

test('a seal that was made again over a changed number does not help', async () => {
  const { seal } = await import('../../src/store/sqlite/seal.ts');
  const { openSqliteSession } = await import('../../src/store/sqlite/session.ts');
  const { patience } = await import('../../src/store/sqlite/failures.ts');
  expect((await run('export-study', '--out', at('b.study'))).status).toBe(0);
  const database = new DatabaseSync(at('b.study'));
  database.exec(
    "update observations set value = value * 0.5 where kind = 'latency' and trial_id = (select id from trials where number = 2)",
  );
  database.close();
  const session = openSqliteSession(at('b.study'), { place: 'b', readOnly: false, patience });
  await seal(session.db);
  await session.close();
  const refused = await rankfront(['import-study', at('b.study'), '--store', at('elsewhere.sqlite')], world.env);
  expect(refused).toMatchObject({ status: 2 });
  expect(refused.stderr).toMatch(/its numbers do not add up: .*trial 2/i);
}, 60_000);

test('studies: copied, renamed and deleted, the last only with --yes', async () => {
  const copied = await run('studies', 'copy', name, 'copy');
  expect(copied, copied.stderr).toMatchObject({ status: 0 });
  const asked = await run('studies', 'delete', 'copy');
  expect(asked).toMatchObject({ status: 1 });
  expect(asked.stderr).toMatch(/Nothing is deleted yet\. Study "copy" .*: 7 trials/);
  expect((await run('studies', 'rename', 'copy', 'other')).status).toBe(0);
  expect((await run('studies')).stdout).toMatch(/^other +complete/m);
  expect((await run('studies', 'delete', 'other', '--yes')).status).toBe(0);
  expect(JSON.parse((await run('studies', '--json')).stdout)).toMatchObject([
    { study: name, device: { name: 'computed', computed: true } },
  ]);
  const wrong = await run('studies', 'rename', name);
  expect(wrong.stderr).toMatch(/"rankfront studies rename" takes OLD and NEW, found 1\./);
  const unknown = await run('studies', 'delte', name);
  expect(unknown.stderr).toMatch(/<action>: expected delete, rename, copy; found "delte"\. Did you mean/);
}, 120_000);
