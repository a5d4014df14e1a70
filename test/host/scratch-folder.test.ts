import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scratchFolder } from '../../src/host/scratch-folder.ts';

const fixture = new URL('./fixtures/makes-scratch.ts', import.meta.url).pathname;

let parent: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'rankfront-parent-'));
  process.env.RANKFRONT_SCRATCH = parent;
});
afterEach(() => {
  delete process.env.RANKFRONT_SCRATCH;
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(parent, { recursive: true, force: true });
});

async function start(how: 'stay' | 'exit' | 'throw', env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fixture, how], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, path: line.toString().trim() };
}

async function killed(): Promise<string> {
  const { child, path } = await start('stay');
  child.kill('SIGKILL');
  await once(child, 'close');
  return path;
}

test('what killed processes left is swept by the next start, what a living one has stays', async () => {
  const left = [await killed(), await killed()];
  // Each start swept what was there before.
  expect(left.map(path => existsSync(path))).toEqual([false, true]);
  const living = await start('stay');
  const own = scratchFolder();
  expect(readdirSync(parent).sort()).toEqual([basename(living.path), basename(own.path)].sort());
  expect(existsSync(join(living.path, 'candidate.onnx'))).toBe(true);
  own.remove();
  expect(existsSync(own.path)).toBe(false);
});

test('twelve that start at once sweep the same folders and none of their own', async () => {
  await killed();
  for (let i = 0; i < 30; i++) {
    const path = await leftover();
    mkdirSync(join(path, 'deep/er'), { recursive: true });
    writeFileSync(join(path, 'deep/er/file'), 'x');
  }
  const living = await Promise.all(Array.from({ length: 12 }, () => start('stay')));
  scratchFolder().remove();
  expect(readdirSync(parent).sort()).toEqual(living.map(({ path }) => basename(path)).sort());
});

/** As a process leaves it whose id another one has now: this one. */
async function leftover(): Promise<string> {
  const { path, remove } = scratchFolder();
  const parts = basename(path).split('-');
  parts[4] = 'feedfeedfeedfeed';
  parts[5] = Math.random().toString(36).slice(2, 8).padEnd(6, '0');
  remove();
  const left = join(dirname(path), parts.join('-'));
  mkdirSync(left);
  return left;
}

test('an id that another process has now does not keep a folder', async () => {
  const left = await leftover();
  scratchFolder().remove();
  expect(existsSync(left)).toBe(false);
});

test('what another machine, another program or a link left is not touched', async () => {
  const path = await killed();
  const parts = basename(path).split('-');
  parts[2] = '0123456789abcdef';
  const elsewhere = join(parent, parts.join('-'));
  mkdirSync(elsewhere);
  mkdirSync(join(parent, 'rankfront-abcdef'));
  const target = join(parent, 'precious');
  mkdirSync(target);
  writeFileSync(join(target, 'file'), 'x');
  rmSync(path, { recursive: true });
  symlinkSync(target, path);
  scratchFolder().remove();
  expect(readdirSync(parent).sort()).toEqual(
    [basename(elsewhere), 'rankfront-abcdef', 'precious', basename(path)].sort(),
  );
  expect(existsSync(join(target, 'file'))).toBe(true);
});

test.each(['exit', 'throw'] as const)('a process that ends by itself leaves nothing: %s', async how => {
  const { child } = await start(how);
  await once(child, 'close');
  expect(readdirSync(parent)).toEqual([]);
});

test('time zone and language of another process make no difference', async () => {
  const { path } = await start('stay', { TZ: 'Asia/Kathmandu', LC_ALL: 'de_DE.UTF-8' });
  scratchFolder().remove();
  expect(existsSync(path)).toBe(true);
});

test('a folder that cannot be made is told in one sentence, with the way out', () => {
  writeFileSync(join(parent, 'file'), '');
  process.env.RANKFRONT_SCRATCH = join(parent, 'file', 'below');
  expect(() => scratchFolder()).toThrow(
    /^Cannot make a folder for temporary files in ".*": .*\. Point RANKFRONT_SCRATCH to /,
  );
});
