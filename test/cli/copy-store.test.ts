/** `copy-store` and RANKFRONT_STORE, with files; `postgres.test.ts` is about databases. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rankfront } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = makeWorld();
  expect((await rankfront(world.search('--trials', '4'), world.env)).status).toBe(0);
});
afterAll(() => world.remove());
const at = (name: string): string => join(world.folder, name);

test('a store is copied, told of with its hash, and then skipped', async () => {
  const first = await rankfront(['copy-store', world.store, at('copy.sqlite'), '--json']);
  expect(first.status).toBe(0);
  const [copied] = JSON.parse(first.stdout);
  expect(copied).toMatchObject({ study: 'small', trials: 5, state: 'copied' });
  expect(first.stderr).toBe(
    `Copied "small": 5 trials, SHA-256 ${copied.sha256.slice(0, 12)}, the same in both stores.\n`,
  );
  const second = await rankfront(['copy-store', world.store, at('copy.sqlite'), '--study', 'small']);
  expect([second.status, second.stdout]).toEqual([0, '']);
  expect(second.stderr).toBe(`Skipped "small": 5 trials, SHA-256 ${copied.sha256.slice(0, 12)}: it is there.\n`);
  expect((await rankfront(['front', '--store', at('copy.sqlite'), '--json'])).stdout).toBe(
    (await rankfront(['front', '--store', world.store, '--json'])).stdout,
  );
});

test.each([
  [['copy-store'], /needs <from>/],
  [['copy-store', 'x.sqlite'], /needs <from>.*<to>/],
  [['copy-store', 'none.sqlite', 'y.sqlite'], /there is no such file/],
  [['copy-store', 'mysql://me:secret@h/x', 'y.sqlite'], /found a URL of the scheme "mysql"/],
  [
    ['copy-store', 'postgres://me:secret@127.0.0.1:1/x', 'y.sqlite'],
    /"postgres:\/\/me@127.0.0.1:1\/x": no server answers/,
  ],
])('%j is refused in one sentence', { timeout: 60_000 }, async (args, message) => {
  const { status, stdout, stderr } = await rankfront(args, {}, world.folder);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(message);
  expect(stderr).not.toContain('secret');
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('RANKFRONT_STORE names the store of a command that names none, and --store has priority', async () => {
  const env = { RANKFRONT_STORE: world.store };
  expect((await rankfront(['studies'], env, world.folder)).stdout).toContain('small');
  expect((await rankfront(['front', '--study', 'small'], env, world.folder)).status).toBe(0);
  const named = await rankfront(['studies', '--store', at('none.sqlite')], env, world.folder);
  expect(named.stderr).toContain('there is no such file');
  // An empty variable counts as unset.
  const empty = await rankfront(['studies'], { RANKFRONT_STORE: '' }, world.folder);
  expect(empty.stderr).toContain('"results/rankfront.sqlite": there is no such file');
});

test('a command on a file loads nothing that speaks to a server', () => {
  const main = pathToFileURL(join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts')).href;
  const program = `
    import { createRequire } from 'node:module';
    const { main } = await import(${JSON.stringify(main)});
    const status = await main(${JSON.stringify(['studies', '--store', world.store, '--json'])});
    const loaded = Object.keys(createRequire('/x/').cache).filter(path => /[\\\\/]node_modules[\\\\/]pg[\\\\/]/.test(path));
    const all = Object.keys(createRequire('/x/').cache).length;
    console.error(JSON.stringify({ status, loaded, all }));`;
  const { stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program],
    { encoding: 'utf8' },
  );
  const told = JSON.parse(stderr);
  expect(told).toMatchObject({ status: 0, loaded: [] });
  // The look works: other packages are seen.
  expect(told.all).toBeGreaterThan(0);
});
