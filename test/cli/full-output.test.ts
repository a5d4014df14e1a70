/** Standard output on a disk that is full: said on standard error, and nothing is lost. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { rankfront, start } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

let world: World;
beforeAll(() => {
  world = makeWorld();
});
afterAll(() => world.remove());

const into = (path: string) => ['sh', '-c', `exec "$0" "$@" > ${path}`];
const says = /^rankfront: Cannot write to standard output: the disk is full\..*what is stored stays\.$/m;

describe.skipIf(!existsSync('/dev/full'))('standard output on /dev/full (skipped where there is none)', () => {
  test('a search ends after the trial that runs, which is kept', async () => {
    const ended = await start(world.search('--trials', '3'), world.env, undefined, 'ignore', into('/dev/full')).ended;
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr.match(says)).toHaveLength(1);
    expect(ended.status).toBe(2);
    const store = await openStore(world.store, { readOnly: true });
    const study = await store.studies.get('small');
    const trials = await store.trials.list(study?.id ?? -1);
    await store.close();
    expect(study?.state).toBe('stopped');
    expect(trials.filter(({ state }) => state === 'running' || state === 'failed')).toEqual([]);
    expect((await rankfront(world.search('--trials', '3'), world.env)).status).toBe(0);
  });

  test.each([[['front']], [['studies']], [['--help']], [['--version']]])('%j exits 2 and says why', async args => {
    const more = args[0]?.startsWith('-') ? [] : ['--store', world.store];
    const { status, stderr } = await start([...args, ...more], world.env, undefined, 'ignore', into('/dev/full')).ended;
    expect(stderr).toMatch(says);
    expect(status).toBe(2);
  });

  test('where standard error is full, the answer comes all the same', async () => {
    const inFront = ['sh', '-c', 'exec "$0" "$@" 2> /dev/full'];
    const { status, stdout } = await start(world.search('--trials', '3'), world.env, undefined, 'ignore', inFront)
      .ended;
    expect(status).toBe(0);
    expect(stdout).toContain('"kind":"front"');
  });
});
