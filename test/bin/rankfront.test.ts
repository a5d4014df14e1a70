/** What `bin/rankfront.js` does where the system's Node is too old: it starts the one of the checkout, and both end as one. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTimeOf } from '../../src/host/process-identity.ts';
import { openStore } from '../../src/store/open.ts';
import { makeWorld, type World } from '../cli/world.ts';

const root = join(import.meta.dirname, '..', '..');
const alive = (pid: number): boolean => startTimeOf(pid) !== null;

/** A Node of this machine that is too old to run the program; null where there is none. */
function oldNode(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  for (const path of folders.map(folder => join(folder, 'node'))) {
    if (!existsSync(path)) continue;
    const [major = 99] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number);
    if (major < 22 && major >= 18) return path;
  }
  return null;
}

let world: World;
beforeEach(() => {
  world = makeWorld();
  // A checkout: the real bin/, a dist/ that is the sources, and this Node as the one that it brings.
  const at = (name: string): string => join(world.folder, 'checkout', name);
  for (const folder of ['bin', 'dist/cli', 'node_modules/node/bin']) mkdirSync(at(folder), { recursive: true });
  cpSync(join(root, 'bin/rankfront.js'), at('bin/rankfront.js'));
  writeFileSync(at('package.json'), '{ "type": "module" }');
  const main = pathToFileURL(join(root, 'src/cli/main.ts')).href;
  writeFileSync(at('dist/cli/main.js'), `export { main } from ${JSON.stringify(main)};`);
  symlinkSync(process.execPath, at('node_modules/node/bin/node'));
  writeFileSync(at('old.cjs'), 'Object.defineProperty(process.versions, "node", { value: "20.0.0" });');
});
afterEach(() => world.remove());

interface Wrapped {
  readonly wrapper: ChildProcess;
  readonly ended: Promise<{ readonly status: number | null; readonly signal: string | null; readonly stderr: string }>;
  readonly said: (what: string, times?: number) => Promise<void>;
  /** The process that does the work. */
  readonly worker: () => number;
}

/** In a process group of its own, as a shell starts it from a terminal. */
function startWrapped(node: readonly string[], args: readonly string[]): Wrapped {
  const [file = '', ...flags] = node;
  const script = join(world.folder, 'checkout/bin/rankfront.js');
  const wrapper = spawn(file, [...flags, script, ...args], {
    env: { ...process.env, ...world.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let [stdout, stderr] = ['', ''];
  wrapper.stdout?.on('data', chunk => {
    stdout += chunk;
  });
  wrapper.stderr?.on('data', chunk => {
    stderr += chunk;
  });
  const ended = new Promise<Awaited<Wrapped['ended']>>(resolve =>
    wrapper.on('close', (status, signal) => resolve({ status, signal, stderr })),
  );
  return {
    wrapper,
    ended,
    said: async (what, times = 1) => {
      while (stdout.split(what).length - 1 < times) {
        if (wrapper.exitCode !== null) throw new Error(`ended without "${what}": ${stdout}${stderr}`);
        await new Promise(resolve => setTimeout(resolve, 10));
      }
    },
    worker: () => Number(execFileSync('pgrep', ['-P', String(wrapper.pid)], { encoding: 'utf8' }).trim()),
  };
}

const old = oldNode();
const nodes: readonly (readonly [string, readonly string[] | null])[] = [
  ['an old Node', old === null ? null : [old]],
  ['a Node that says it is old', [process.execPath, '--require', 'OLD']],
];

describe.skipIf(process.platform === 'win32').each(nodes)('on %s', (_, node) => {
  const start = (...args: string[]): Wrapped =>
    startWrapped(
      (node ?? []).map(flag => (flag === 'OLD' ? join(world.folder, 'checkout/old.cjs') : flag)),
      args,
    );
  const long = (): string[] => world.search('--trials', '100000', '--strategy', 'random');

  test.skipIf(!node)('a command ends with its own status', async () => {
    expect(await start('--version').ended).toMatchObject({ status: 0, stderr: '' });
    expect(await start('studies', '--store', join(world.folder, 'none.sqlite')).ended).toMatchObject({ status: 2 });
  });

  test.skipIf(!node)('the search ends when the wrapper is killed', async () => {
    const { wrapper, said, worker } = start(...long());
    await said('trial-finished');
    const pid = worker();
    expect(alive(pid)).toBe(true);
    wrapper.kill('SIGKILL');
    const end = Date.now() + 30_000;
    while (alive(pid) && Date.now() < end) await new Promise(resolve => setTimeout(resolve, 20));
    expect(alive(pid)).toBe(false);
  });

  test.skipIf(!node)('a signal to the wrapper alone reaches the search', async () => {
    const { wrapper, said, ended } = start(...long());
    await said('trial-finished');
    wrapper.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 130, signal: null });
  });

  test.skipIf(!node)(
    'Ctrl-C in a terminal, which both hear, counts once: the trial that runs is finished',
    async () => {
      const { wrapper, said, ended } = start(...long());
      await said('trial-finished', 2);
      process.kill(-(wrapper.pid ?? 0), 'SIGINT');
      expect(await ended).toMatchObject({ status: 130, signal: null });
      const store = await openStore(world.store, { readOnly: true });
      const study = await store.studies.get('small');
      const trials = await store.trials.list(study?.id ?? -1);
      await store.close();
      expect(trials.length).toBeGreaterThan(2);
      expect(trials.filter(({ state }) => state === 'waiting' || state === 'running')).toEqual([]);
    },
  );

  test.skipIf(!node)('a worker that is killed is no answer: the status says which signal', async () => {
    const { said, ended, worker } = start(...long());
    await said('trial-finished');
    process.kill(worker(), 'SIGKILL');
    expect(await ended).toMatchObject({ status: 137 });
  });
});
