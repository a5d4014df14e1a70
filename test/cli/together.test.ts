/** Several searches of one study at once, each a process of its own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { type Started, start } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.remove());

/** So long that a process can be caught while it measures the dense model. */
const slow = `name: measured
provider: cpu
threads: 1
rankGranularity: 4
latencyBudget: { halfWidth: 0.001, maxMs: 600, minPairs: 5, warmup: 1, sessions: 1, waitMs: 0 }
`;
const waiting = /Waiting for process (\d+), which is measuring the dense model of this study/;

async function trialsOf(path: string) {
  const store = await openStore(path, { readOnly: true });
  const study = await store.studies.get('small');
  const trials = await store.trials.list(study?.id ?? -1);
  await store.close();
  return trials;
}

/** Resolves when the process has said what is looked for; rejects when it ends without. */
async function said({ child, ended }: Started, what: RegExp): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (what.test(text)) resolve();
    });
    void ended.then(({ stdout, stderr }) => reject(new Error(`never said ${what}: ${stdout}${stderr}`)));
  });
}

test.each([
  ['the default strategy', ['--strategy', 'bayesian', '--trials', '6']],
  ['nothing but the dense model', ['--trials', '0']],
  ['limits', ['--trials', '4', '--max-drop', '5pp', '--max-latency-ms', '100']],
])('four that start at once on a new study all end well: %s', { timeout: 180_000 }, async (_, more) => {
  const ends = await Promise.all([0, 1, 2, 3].map(() => start(world.search(...more), world.env).ended));
  expect(ends.map(({ status, stderr }) => [status, stderr])).toEqual(ends.map(() => [0, '']));
  const trials = await trialsOf(world.store);
  expect(trials.map(({ state }) => state)).not.toContain('failed');
  expect(trials[0]).toMatchObject({ number: 0, state: 'complete', strategy: 'dense', requeues: 0 });
});

test('one waits for another that measures the dense model, and takes over when that is killed', {
  timeout: 120_000,
}, async () => {
  const hardware = join(world.folder, 'slow.yaml');
  writeFileSync(hardware, slow);
  const args = world.search('--trials', '1', '--hardware', hardware);
  const first = start(args, world.env);
  await said(first, /"trial-started","trial":0/);
  // Stopped and alive: nobody may take its trial away.
  first.child.kill('SIGSTOP');
  const second = start(args, world.env);
  await said(second, waiting);
  expect(await trialsOf(world.store)).toMatchObject([{ number: 0, state: 'running', owner: { pid: first.child.pid } }]);
  first.child.kill('SIGKILL');
  const { status, stdout, stderr } = await second.ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(Number(waiting.exec(stdout)?.[1])).toBe(first.child.pid);
  const trials = await trialsOf(world.store);
  expect(trials.map(({ state }) => state)).toEqual(['complete', 'complete']);
  expect(trials[0]).toMatchObject({ requeues: 1 });
});

test('one that waits ends at Ctrl-C, and when its time is over', { timeout: 120_000 }, async () => {
  const hardware = join(world.folder, 'slow.yaml');
  writeFileSync(hardware, slow);
  const args = world.search('--trials', '1', '--hardware', hardware);
  const first = start(args, world.env);
  await said(first, /"trial-started","trial":0/);
  first.child.kill('SIGSTOP');
  const impatient = start([...args, '--time', '1s'], world.env);
  const second = start(args, world.env);
  await said(second, waiting);
  second.child.kill('SIGINT');
  expect(await second.ended).toMatchObject({ status: 130 });
  expect(await impatient.ended).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('Nothing was measured. Run the same command again to go on.'),
  });
  first.child.kill('SIGCONT');
  expect(await first.ended).toMatchObject({ status: 0 });
});
