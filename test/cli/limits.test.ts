/** Limits as a user sets, changes and lifts them, on searches of a few trials. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { Trial } from '../../src/store/trial.ts';
import { type Ended, rankfront, start } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
const run = (...args: string[]): Promise<Ended> => rankfront(args, world.env);
const quick = ['--no-prior', '--proxy-images', '60'];
const events = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
const stored = async (): Promise<readonly Trial[]> => {
  const store = await openStore(world.store, { readOnly: true });
  const trials = await store.trials.list((await store.studies.get('small'))!.id);
  await store.close();
  return trials;
};

beforeEach(() => {
  world = makeWorld();
});
afterEach(() => world.remove());

test('limits out of reach: one warning, an explanation, and none once they are lifted', {
  timeout: 240_000,
}, async () => {
  const warned = ({ stdout }: Ended): Record<string, unknown>[] =>
    events(stdout).filter(({ kind, message }) => kind === 'warning' && String(message).startsWith('None of '));
  const searched = await run(...world.search(...quick, '--trials', '17', '--min-speedup', '50'));
  expect(warned(searched)).toEqual([
    {
      kind: 'warning',
      trial: null,
      message: expect.stringMatching(
        /^None of 15 trials keeps to the limits \(at least 50\.00x as fast\): the fastest is trial \d+, .* remove them with --max-drop none\.$/,
      ),
      atMs: expect.any(Number),
    },
  ]);
  const told = (await run('explain', '--store', world.store)).stdout;
  expect(told).toMatch(/^None of 17 trials keeps to the limits .*: the fastest is trial \d+/m);
  expect(told).toContain('The front is empty');
  expect(told).toMatch(/^Next: trial \d+, with \d+ other rungs?:$/m);
  expect(warned(await run(...world.search(...quick, '--trials', '18', '--max-drop', 'none')))).toEqual([]);
  expect((await stored()).length).toBe(19);
});

test('limits of a run that is killed before anything is measured hold on, and are in the front of a program', {
  timeout: 240_000,
}, async () => {
  const { child, ended } = start(world.search(...quick, '--trials', '2', '--max-drop', '90pp'), world.env);
  child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes('"kind":"limits"') && child.kill('SIGKILL'));
  expect((await ended).stdout).not.toContain('"kind":"trial-started","trial":1');
  const resumed = events((await run(...world.search(...quick, '--trials', '1'))).stdout);
  expect(resumed.find(({ kind }) => kind === 'limits')).toEqual({
    kind: 'limits',
    maxDrop: 0.9,
    resumed: true,
    atMs: expect.any(Number),
  });
  expect(resumed.at(-1)).toMatchObject({ kind: 'front', limits: { maxDrop: 0.9 } });
});

test('limits given to a finished study measure nothing, whatever its prior', { timeout: 240_000 }, async () => {
  const search = (...more: string[]): Promise<Ended> =>
    run(...world.search('--strategy', 'bayesian', '--proxy-images', '60', '--trials', '2', ...more));
  expect((await search('--no-prior')).status).toBe(0);
  const limited = events((await search('--min-speedup', '50')).stdout);
  expect(limited.map(({ kind }) => kind)).not.toContain('site-table');
  expect(limited.find(({ kind }) => kind === 'limits')).toMatchObject({ minSpeedup: 50, resumed: false });
  expect(limited.at(-1)).toMatchObject({ kind: 'front', limits: { minSpeedup: 50 }, gain: { kind: 'dense-alone' } });
});
