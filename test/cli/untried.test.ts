/** A study before its first trial: every command says that none has run, and none says what to think of the network. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ended, rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
let searched: Ended;
const run = (...args: string[]): Promise<Ended> => rankfront([...args, '--store', world.store], world.env);
const nothing = /No trial has run yet: only the dense model is measured \([\d.]+ ms\)\./;

beforeAll(async () => {
  world = makeWorld();
  searched = await rankfront(
    world.search('--trials', '0', '--no-json').filter(arg => arg !== '--no-json'),
    world.env,
  );
}, 120_000);
afterAll(() => world.remove());

test('the search ends with it, and with the way to go on', () => {
  expect(searched.status).toBe(0);
  expect(searched.stdout).toMatch(nothing);
  expect(searched.stdout).toContain('Next: the same command again.');
  expect(searched.stdout).not.toMatch(/Keep the dense model|nothing beats it/);
  expect(searched.stderr).toMatch(/no trial has run\.$/m);
});

test('so do front, pick, report and roi', { timeout: 120_000 }, async () => {
  const front = await run('front');
  expect([front.status, front.stdout.replaceAll('\n', ' ')]).toEqual([0, expect.stringMatching(nothing)]);
  expect(JSON.parse((await run('front', '--json')).stdout).gain).toMatchObject({ kind: 'untried', trial: null });
  const picked = await run('pick', '--max-drop', '50pp');
  expect([picked.status, picked.stdout]).toEqual([1, expect.stringMatching(nothing)]);
  const sure = await run('pick', '--max-drop', '50pp', '--margin', '95%');
  expect([sure.status, sure.stdout]).toEqual([1, expect.stringMatching(nothing)]);
  const out = join(world.folder, 'report.md');
  expect((await run('report', '--out', out)).status).toBe(0);
  const shown = await run('show', '1');
  expect([shown.status, shown.stderr]).toEqual([2, expect.stringContaining('no trial has run yet')]);
  for (const said of [front, picked]) expect(said.stdout).not.toMatch(/Keep the dense model|nothing is faster/);
});
