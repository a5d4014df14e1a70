/** A search that shares its trials with workers, as commands and processes of their own. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openFleet } from '../../src/fleet/open.ts';
import { openStore } from '../../src/store/open.ts';
import type { CompleteTrial } from '../../src/store/trial.ts';
import { hasOwnServer } from '../store/postgres/databases.ts';
import { onServer } from '../store/postgres/on-server.ts';
import { rankfront, start } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

describe.skipIf(!hasOwnServer)('workers on PostgreSQL (skipped where this machine has no server)', () => {
  const server = onServer();
  let world: World;
  beforeEach(async () => {
    world = makeWorld(server.url);
  });
  afterEach(() => world.remove());

  const worker = (name: string, ...more: string[]) =>
    start(
      [
        'worker',
        '--store',
        server.url,
        '--name',
        name,
        ...(more.includes('--hardware') ? [] : ['--hardware', world.hardware]),
        ...more,
      ],
      world.env,
      world.folder,
    );

  const workersThere = async (count: number): Promise<void> => {
    const fleet = await openFleet(server.url);
    while ((await fleet.workers.list()).length < count) await delay(100);
    await fleet.close();
  };

  test('a search that only shares out: one worker builds and times, one of another class builds and scores, and the network comes from the store', {
    timeout: 180_000,
  }, async () => {
    const timer = worker('timer', '--roles', 'build,latency');
    const other = join(world.folder, 'other.yaml');
    writeFileSync(
      other,
      readFileSync(world.hardware, 'utf8').replace('peakMacsPerSecond: 1e9', 'peakMacsPerSecond: 2e9'),
    );
    const scorer = worker('scorer', '--hardware', other);
    await workersThere(2);
    const listed = JSON.parse((await rankfront(['workers', '--store', server.url, '--json'], world.env)).stdout) as {
      name: string;
    }[];
    expect(listed.map(({ name }) => name).sort()).toEqual(['scorer', 'timer']);
    const searched = start(world.search('--trials', '8', '--no-worker'), world.env, world.folder);
    const ended = await searched.ended;
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    timer.child.kill('SIGTERM');
    scorer.child.kill('SIGTERM');
    expect([(await timer.ended).status, (await scorer.ended).status]).toEqual([0, 0]);
    const store = await openStore(server.url, { readOnly: true });
    const study = (await store.studies.get('small'))!;
    const trials = (await store.trials.list(study.id)) as readonly CompleteTrial[];
    await store.close();
    expect(trials.map(({ state }) => state)).toEqual(Array(9).fill('complete'));
    for (const { observations } of trials)
      expect(Object.fromEntries(observations.map(each => [each.kind, each.environment.measuredBy?.worker]))).toEqual({
        latency: 'timer',
        accuracy: 'scorer',
      });
    const told = async (...args: string[]): Promise<string> => {
      const { status, stdout, stderr } = await rankfront([...args, '--store', server.url], world.env);
      expect([args[0], status, status === 0 ? '' : stderr]).toEqual([args[0], 0, '']);
      return stdout;
    };
    expect(await told('replay')).toContain('8 proposals made again, every one the same');
    expect(await told('verify')).toContain('stored latency by worker "timer"');
    expect(await told('show', '3')).toContain('accuracy (search): worker "scorer"');
    expect(await told('jobs')).toContain('Nothing is shared out');
    expect(await told('workers')).toContain('No worker is there');
    expect(await told('front')).toContain('trial');
  });

  test('a search that measures as well finds what one machine finds of each trial, and a worker that comes late helps', {
    timeout: 180_000,
  }, async () => {
    // More than it comes to: it is ended below, once all have had a trial.
    const searched = start(world.search('--trials', '4000'), world.env, world.folder);
    await new Promise<void>(resolve => searched.child.stdout?.once('data', () => resolve()));
    const late = worker('late');
    const other = worker('other');
    const fleet = await openFleet(server.url);
    const names = async (): Promise<Set<string | undefined>> => {
      const study = await fleet.store.studies.get('small');
      const trials = study ? await fleet.store.trials.list(study.id, { states: ['complete'] }) : [];
      return new Set(
        (trials as readonly CompleteTrial[]).flatMap(({ observations }) =>
          observations.map(({ environment }) => environment.measuredBy?.worker),
        ),
      );
    };
    // Before the first of them is there, the search measures alone, and names nobody.
    const all = (found: ReadonlySet<string | undefined>): boolean =>
      found.has('late') && found.has('other') && [...found].some(name => name?.startsWith('search '));
    while (!all(await names())) await delay(300);
    searched.child.kill('SIGINT');
    expect((await searched.ended).status).toBe(130);
    // A worker that is killed leaves a trial behind, which waits again once nothing is heard of it.
    other.child.kill('SIGKILL');
    late.child.kill('SIGTERM');
    expect((await late.ended).status).toBe(0);
    const study = (await fleet.store.studies.get('small'))!;
    const trials = (await fleet.store.trials.list(study.id, { states: ['complete'] })) as readonly CompleteTrial[];
    await fleet.close();
    expect((await rankfront(['replay', '--store', server.url], world.env)).status).toBe(0);
    // The same candidate has the same figures, whoever built and measured it.
    const alone = makeWorld();
    try {
      expect((await rankfront(alone.search('--trials', '0'), alone.env)).status).toBe(0);
      const file = await openStore(alone.store, { readOnly: true });
      const dense = (await file.trials.get((await file.studies.get('small'))!.id, 0)) as CompleteTrial;
      await file.close();
      expect(trials[0]).toMatchObject({ modelSha256: dense.modelSha256, values: dense.values });
    } finally {
      alone.remove();
    }
    const verified = await rankfront(['verify', '--store', server.url, '--trial', '0'], world.env);
    expect(verified.status).toBe(0);
  });

  test('what cannot work says so', { timeout: 60_000 }, async () => {
    const run = async (...args: string[]) => rankfront(args, world.env, world.folder);
    const file = await run('worker', '--store', 'some.sqlite', '--hardware', world.hardware);
    expect([file.status, file.stderr]).toEqual([
      2,
      expect.stringContaining('it is a file, which one machine has for itself'),
    ]);
    const role = await run('worker', '--store', server.url, '--hardware', world.hardware, '--roles', 'cook');
    expect([role.status, role.stderr]).toEqual([2, expect.stringContaining('Cannot work as "cook"')]);
    const alone = await run(...makeLocal().search('--no-worker', '--trials', '1'));
    expect([alone.status, alone.stderr]).toEqual([2, expect.stringContaining('is not shared with other machines')]);
    const fleet = await openFleet(server.url);
    const study = await fleet.store.studies.create({ ...(await import('../store/samples.ts')).newStudy() });
    const { newTrial } = await import('../store/samples.ts');
    const station = {
      role: 'build',
      queue: 'build/study-1/9.9.9',
      deviceClass: 'x',
      version: '9.9.9',
      pruning: true,
    } as const;
    await fleet.work.offer(study.id, newTrial(0), station);
    await fleet.close();
    const old = await run('worker', '--store', server.url, '--hardware', world.hardware);
    expect([old.status, old.stderr]).toEqual([2, expect.stringContaining('it is searched by rankfront 9.9.9')]);
    const none = await run('jobs', 'requeue', '0', '--store', server.url);
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('it is not dead')]);
    expect((await run('jobs', '--store', server.url)).stdout).toContain('waiting');
  });

  const locals: World[] = [];
  const makeLocal = (): World => {
    const local = makeWorld();
    locals.push(local);
    return local;
  };
  afterAll(() => {
    for (const { folder } of locals) rmSync(folder, { recursive: true, force: true });
  });
});
