/** Whole searches on a PostgreSQL database, and every command that reads or goes on with one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seededRng } from '../../src/random/rng.ts';
import { openStore } from '../../src/store/open.ts';
import type { CompleteTrial, Trial } from '../../src/store/trial.ts';
import { guarded } from '../store/interleaving/postgres-server.ts';
import { hasOwnServer } from '../store/postgres/databases.ts';
import { onServerBehindProxy } from '../store/postgres/on-server.ts';
import { type Ended, rankfront, start } from './rankfront.ts';
import { makeWorld, type World } from './world.ts';

const secret = 'tell%6Eobody-77';
const plainSecret = 'tellnobody-77';

describe.skipIf(!hasOwnServer)('the command line on PostgreSQL (skipped where this machine has no server)', () => {
  const server = onServerBehindProxy();
  let world: World;
  beforeAll(async () => {
    const any = await server.databases.create();
    await server.databases.run(any, `create role ${guarded} login password '${plainSecret}' superuser`);
    await server.databases.drop(any);
  }, 120_000);
  afterEach(() => world.remove());

  /** The study `small` as it is stored. */
  async function studyAt(place: string) {
    const store = await openStore(place, { readOnly: true });
    const study = (await store.studies.get('small'))!;
    const trials = await store.trials.list(study.id);
    const front = (await store.trials.front(study.id)).map(({ number }) => number);
    await store.close();
    return { trials, front };
  }

  test('every command, and no password in anything that is printed, told or stored', { timeout: 240_000 }, async () => {
    const place = server.databases.as(server.url, { port: server.proxy.port, user: guarded, password: secret });
    world = makeWorld(place);
    const file = makeWorld();
    const printed: string[] = [];
    const run = async (args: readonly string[], env = world.env): Promise<Ended> => {
      const ended = await rankfront(args, env, world.folder);
      printed.push(ended.stdout, ended.stderr);
      return ended;
    };
    try {
      const searched = await run(world.search('--trials', '12', '--seed', '5'));
      expect([searched.status, searched.stderr]).toEqual([0, '']);
      expect((await run(world.search('--trials', '16', '--seed', '5', '--no-json'))).status).toBe(0);
      // From here on the environment names the store.
      const env = { ...world.env, RANKFRONT_STORE: place };
      const named = ['--study', 'small'];
      const told = async (...args: string[]): Promise<string> => {
        const { status, stdout, stderr } = await run(args, env);
        expect([args[0], status, status === 0 ? '' : stderr]).toEqual([args[0], 0, '']);
        return stdout;
      };
      expect(await told('studies')).toContain('small');
      expect(await told('front')).toContain('trial');
      expect(await told('front', '--format', 'csv', '--out', join(world.folder, 'front.csv'))).toBe('');
      const { points } = JSON.parse(await told('front', '--json')) as { points: { trial: number }[] };
      expect(await told('show', String(points[0]?.trial))).toContain('conv');
      expect(await told('explain', ...named)).not.toBe('');
      expect(await told('replay', ...named)).not.toBe('');
      expect(await told('confirm', ...named, '--json')).toContain('small');
      expect(await told('verify', ...named)).not.toBe('');
      expect(await told('pick', ...named, '--knee')).toMatch(/./);
      await told('export', ...named, '--trial', String(points[0]?.trial), '--out', join(world.folder, 'out.onnx'));
      expect(existsSync(join(world.folder, 'out.onnx'))).toBe(true);
      // A file finds the same.
      expect((await rankfront([...file.search('--trials', '16', '--seed', '5')], file.env)).status).toBe(0);
      const [here, there] = [await studyAt(server.url), await studyAt(file.store)];
      const facts = ({ trials, front }: typeof here) => [
        front,
        trials.map(({ number, configuration, state, ...trial }) => [
          number,
          configuration,
          state,
          trial.rngAfter,
          (trial as unknown as CompleteTrial).modelSha256,
          (trial as unknown as CompleteTrial).values,
          (trial as unknown as CompleteTrial).hypervolume,
        ]),
      ];
      expect(facts(here)).toEqual(facts(there));
      // Wrong use and wrong places.
      printed.push(
        ...(
          await Promise.all([
            run(['front', '--store', place, '--study', 'other']),
            run(['front', '--store', place.replace(secret, `${secret}x`)]),
            run(['front', '--store', place.replace('127.0.0.1', 'nowhere.invalid')]),
            run(['front', '--storr', place]),
            run(['front', place]),
            run(['studies', '--help'], env),
            run(['show', '--help'], env),
            run(['doctor'], env),
          ])
        ).flatMap(({ stdout, stderr }) => [stdout, stderr]),
      );
    } finally {
      file.remove();
    }
    const all = printed.join('\n');
    expect(all).toContain(`postgres://${guarded}@`);
    expect(all).not.toContain(secret);
    expect(all).not.toContain(plainSecret);
    for (const { relname } of await server.databases.run(
      server.url,
      `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    )) {
      const rows = JSON.stringify(await server.databases.run(server.url, `select t::text as row from ${relname} t`));
      expect(rows).not.toContain(secret);
      expect(rows).not.toContain(plainSecret);
    }
  });

  test('four searches at once on one study, with connections cut', { timeout: 240_000 }, async () => {
    world = makeWorld(server.databases.as(server.url, { port: server.proxy.port }));
    let done = false;
    let cuts = 0;
    const cutting = (async () => {
      while (!done) {
        await new Promise(resolve => setTimeout(resolve, 300));
        cuts += server.proxy.cut();
      }
    })();
    const budget = ['--strategy', 'bayesian', '--trials', '40'];
    const ends = await Promise.all([0, 1, 2, 3].map(() => start(world.search(...budget), world.env).ended));
    done = true;
    await cutting;
    expect(ends.map(({ status, stderr }) => [status, stderr])).toEqual(ends.map(() => [0, '']));
    expect(cuts).toBeGreaterThan(4);
    const { trials, front } = await studyAt(server.url);
    demandOnce(trials, front);
    expect(trials.length).toBeGreaterThanOrEqual(41);
    expect(trials[0]).toMatchObject({ number: 0, state: 'complete', strategy: 'dense', requeues: 0 });
  });

  const kills = 50;
  test(`two searches at a time, killed at ${kills} random instants`, { timeout: 400_000 }, async () => {
    world = makeWorld(server.url);
    const rng = seededRng(18);
    const budget = ['--trials', '4000', '--seed', '5'];
    const told = new Map<number, string>();
    let killed = 0;
    const victim = async (): Promise<void> => {
      while (killed < kills) {
        const { child, ended } = start(world.search(...budget), world.env);
        const wanted = rng.integer(4);
        const kill = (): boolean => child.kill('SIGKILL');
        const timer = wanted === 0 ? setTimeout(kill, 200 + rng.integer(1500)) : undefined;
        let seen = 0;
        child.stdout?.on('data', (chunk: Buffer) => {
          seen += chunk.toString().split('trial-finished').length - 1;
          if (wanted > 0 && seen >= wanted) setTimeout(kill, rng.integer(60));
        });
        const { signal, stdout, stderr } = await ended;
        clearTimeout(timer);
        expect([signal, stderr]).toEqual(['SIGKILL', '']);
        killed++;
        for (const line of stdout.split('\n')) {
          const match = /^\{"kind":"trial-finished","trial":(\d+),.*"macs":(\d+)/.exec(line);
          if (!match?.[1] || !match[2]) continue;
          expect(told.has(Number(match[1]))).toBe(false);
          told.set(Number(match[1]), match[2]);
        }
      }
    };
    await Promise.all([victim(), victim()]);
    const most = (await studyAt(server.url)).trials.length;
    const last = await start(world.search('--trials', String(most + 2), '--seed', '5'), world.env).ended;
    expect([last.status, last.stderr]).toEqual([0, '']);
    const { trials, front } = await studyAt(server.url);
    demandOnce(trials, front);
    expect(told.size).toBeGreaterThan(kills / 2);
    for (const [number, macs] of told) expect(trials[number]).toMatchObject({ number, macs: Number(macs) });
    expect(trials.every(({ state }) => state === 'complete')).toBe(true);
  });
});

/** Every trial once, none running or waiting, and the front that of what was observed. */
function demandOnce(trials: readonly Trial[], front: readonly number[]): void {
  expect(trials.map(({ number }) => number)).toEqual(trials.map((_, i) => i));
  expect(new Set(trials.map(({ configuration }) => configuration.join())).size).toBe(trials.length);
  expect(trials.filter(({ state }) => state === 'running' || state === 'waiting')).toEqual([]);
  const complete = trials.filter((trial): trial is CompleteTrial => trial.state === 'complete' && trial.feasible);
  const beats = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);
  const best = complete.filter(({ values }) => !complete.some(other => beats(other.values, values)));
  const kept = new Set(front);
  expect(front.every(number => best.some(trial => trial.number === number))).toBe(true);
  // Of several with the same values one is enough.
  for (const { values } of best)
    expect(best.some(other => kept.has(other.number) && other.values.join() === values.join())).toBe(true);
}
