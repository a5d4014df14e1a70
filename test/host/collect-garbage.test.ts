import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheUsers, useCache } from '../../src/host/cache-users.ts';
import { collectGarbage } from '../../src/host/collect-garbage.ts';
import { openObjectCache } from '../../src/host/object-cache.ts';
import { currentOwner, processNamespace } from '../../src/host/process-identity.ts';

const day = 86_400_000;
const hash = (n: number): string => String(n).padStart(64, '0');
let cache: string;

/** A file of so many bytes that was used so many days ago. */
function put(name: string, bytes: number, daysAgo: number): string {
  const path = join(cache, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, new Uint8Array(bytes));
  const when = new Date(Date.now() - daysAgo * day);
  utimesSync(path, when, when);
  return path;
}

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'rankfront-test-'));
});
afterEach(() => rmSync(cache, { recursive: true }));

function fill() {
  const engines = put(`prepared/${'a'.repeat(40)}/model.engine`, 500, 40);
  const old = new Date(Date.now() - 40 * day);
  utimesSync(dirname(engines), old, old);
  return {
    oldFactors: put(`${hash(1)}-svd-v3.factors`, 100, 40),
    newFactors: put(`${hash(2)}-svd-v3.factors`, 200, 2),
    errors: put(`${hash(2)}-svd-dv3-0123456789abcdef.output-errors`, 10, 40),
    statistics: put(`${hash(3)}.statistics`, 300, 31),
    images: put(`images/${hash(4)}.images`, 1000, 90),
    engines: dirname(engines),
    blob: put(`agent/00/${hash(5)}`, 50, 60),
    half: put(`${hash(6)}-svd-v3.123.partial`, 7, 2),
    fresh: put(`${hash(7)}-svd-v3.123.partial`, 7, 0),
    foreign: put('notes.txt', 1, 400),
    foreignImage: put('images/holiday.jpg', 1, 400),
  };
}

test('what was not used for a month goes, what is new or of somebody else stays, and each kind is counted', () => {
  const files = fill();
  const dry = collectGarbage(cache, { unusedMs: 30 * day, dryRun: true });
  for (const path of Object.values(files)) expect(existsSync(path)).toBe(true);
  const done = collectGarbage(cache, { unusedMs: 30 * day, dryRun: false });
  expect(done).toEqual(dry);
  const left = Object.entries(files).flatMap(([name, path]) => (existsSync(path) ? [name] : []));
  expect(left).toEqual(['newFactors', 'fresh', 'foreign', 'foreignImage']);
  expect(done.freed).toBe(100 + 10 + 300 + 1000 + 500 + 50 + 7);
  expect(done.kinds).toEqual([
    { kind: 'factors', files: 3, bytes: 310, removed: 2, freed: 110 },
    { kind: 'statistics', files: 1, bytes: 300, removed: 1, freed: 300 },
    { kind: 'images', files: 1, bytes: 1000, removed: 1, freed: 1000 },
    { kind: 'engines', files: 1, bytes: 500, removed: 1, freed: 500 },
    { kind: 'agent', files: 1, bytes: 50, removed: 1, freed: 50 },
    { kind: 'left behind', files: 2, bytes: 14, removed: 1, freed: 7 },
  ]);
});

test('what a living process has used since it began stays, though all is asked for; a dead one keeps nothing', () => {
  const files = fill();
  mkdirSync(join(cache, 'users'));
  const user = (name: string, owner: object, daysAgo: number, machine = processNamespace()): void =>
    writeFileSync(
      join(cache, 'users', name),
      JSON.stringify({ ...owner, sinceMs: Date.now() - daysAgo * day, machine }),
    );
  user('dead.json', { ...currentOwner(), startTime: 'long ago' }, 100);
  user('me.json', currentOwner(), 35);
  user('far.json', { pid: 4242, startTime: '', bootId: '' }, 100, 'another machine');
  writeFileSync(join(cache, 'users', 'half.json'), '{');
  const { users, freed } = collectGarbage(cache, { unusedMs: 0, dryRun: false });
  expect(users).toEqual([process.pid]);
  expect(existsSync(files.oldFactors)).toBe(false);
  expect(existsSync(files.newFactors)).toBe(true);
  expect(existsSync(files.statistics)).toBe(true);
  expect(freed).toBe(100 + 10 + 1000 + 500 + 50 + 7);
  expect(readdirSync(join(cache, 'users'))).toEqual(['me.json']);
});

test('a process of another machine that shares the cache counts for a week', () => {
  fill();
  mkdirSync(join(cache, 'users'));
  const far = { pid: 4242, startTime: '', bootId: '', sinceMs: Date.now() - 3 * day, machine: 'another machine' };
  writeFileSync(join(cache, 'users', 'far.json'), JSON.stringify(far));
  expect(collectGarbage(cache, { unusedMs: 0, dryRun: true })).toMatchObject({ users: [4242] });
  writeFileSync(join(cache, 'users', 'far.json'), JSON.stringify({ ...far, sinceMs: Date.now() - 8 * day }));
  expect(collectGarbage(cache, { unusedMs: 0, dryRun: true })).toMatchObject({ users: [] });
});

test('an agent that runs keeps all of its cache', () => {
  const { blob } = fill();
  useCache(join(cache, 'agent'));
  collectGarbage(cache, { unusedMs: 0, dryRun: false });
  expect(existsSync(blob)).toBe(true);
});

test('reading a value marks it as used, and says who uses the cache', async () => {
  const objects = openObjectCache<string>('factors', 'Factors', { directory: cache });
  await objects.write(`${hash(9)}-svd-v3`, 'value');
  const [name = ''] = readdirSync(cache).filter(each => each.endsWith('.factors'));
  const old = new Date(Date.now() - 90 * day);
  utimesSync(join(cache, name), old, old);
  expect(collectGarbage(cache, { unusedMs: 30 * day, dryRun: true }).kinds[0]?.removed).toBe(1);
  expect(await objects.read(`${hash(9)}-svd-v3`)).toBe('value');
  expect(collectGarbage(cache, { unusedMs: 0, dryRun: true }).kinds[0]?.removed).toBe(0);
  expect(cacheUsers(cache, false)).toMatchObject([{ pid: process.pid }]);
});

test('a cache that is not there is empty', () => {
  expect(collectGarbage(join(cache, 'nothing'), { unusedMs: 0, dryRun: false })).toEqual({
    kinds: [],
    freed: 0,
    users: [],
    refused: [],
  });
});

test('what node has compiled is listed, and goes when nothing was added for long', () => {
  const old = put('compiled/v22.13.0-x64-0123abcd-0/a.bin', 70, 40);
  const now = put('compiled/v24.1.0-x64-0123abcd-0/b.bin', 30, 0);
  const foreign = put('compiled/notes/c.txt', 5, 400);
  const when = new Date(Date.now() - 40 * day);
  utimesSync(dirname(old), when, when);
  const done = collectGarbage(cache, { unusedMs: 30 * day, dryRun: false });
  expect(done.kinds).toEqual([{ kind: 'compiled', files: 2, bytes: 100, removed: 1, freed: 70 }]);
  expect([old, now, foreign].map(existsSync)).toEqual([false, true, true]);
});
