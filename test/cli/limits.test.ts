/** Limits as a user sets, changes and lifts them, on searches of a few trials. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import type { Trial } from '../../src/store/trial.ts';
import { type Ended, rankfront } from './rankfront.ts';
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
        /^None of 15 trials keeps to the limits \(at least 50\.00x as fast\): the fastest is trial \d+, .* lift them by --max-drop none\.$/,
      ),
    },
  ]);
  const told = (await run('explain', '--store', world.store)).stdout;
  expect(told).toMatch(/^None of 17 trials keeps to the limits .*: the fastest is trial \d+/m);
  expect(told).toContain('The front is empty');
  expect(told).toMatch(/^Next: trial \d+, with \d+ other rungs?:$/m);
  expect(warned(await run(...world.search(...quick, '--trials', '18', '--max-drop', 'none')))).toEqual([]);
  expect((await stored()).length).toBe(19);
});
