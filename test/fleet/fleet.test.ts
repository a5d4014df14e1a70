/** Whole fleets on a real server: what several workers make of one study, whoever is killed, cut off or slow. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Fleet, openFleet } from '../../src/fleet/open.ts';
import { stationOf } from '../../src/fleet/queues.ts';
import type { Bench } from '../../src/fleet/worker.ts';
import { frontFor } from '../../src/objectives/front.ts';
import { seededRng } from '../../src/random/rng.ts';
import { assignmentOf, denseConfiguration } from '../../src/space/configuration.ts';
import { type Held, roles } from '../../src/store/fleet.ts';
import type { Study } from '../../src/store/study.ts';
import type { CompleteTrial, Trial } from '../../src/store/trial.ts';
import { replay } from '../../src/study/read/replay.ts';
import { hasOwnServer } from '../store/postgres/databases.ts';
import { onServerBehindProxy } from '../store/postgres/on-server.ts';
import { toySpace, toyStudy } from '../study/twins.ts';
import { coordinate, deviceClass, openToy, sites, toyBench, toyWorker, version } from './toy.ts';

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe.skipIf(!hasOwnServer)('a fleet on PostgreSQL (skipped where this machine has no server)', () => {
  const server = onServerBehindProxy();

  /** Every trial once and complete, none waiting or running, nothing shared out; the front that of what is there. */
  async function demandAll(fleet: Fleet, least: number): Promise<readonly CompleteTrial[]> {
    const study = await openToy(fleet);
    const trials: readonly Trial[] = await fleet.store.trials.list(study.id);
    expect(trials.map(({ number }) => number)).toEqual(range(trials.length));
    expect(trials.length).toBeGreaterThan(least);
    expect(new Set(trials.map(({ state }) => state))).toEqual(new Set(['complete']));
    expect(new Set(trials.map(({ configuration }) => configuration.join())).size).toBe(trials.length);
    const complete = trials as readonly CompleteTrial[];
    expect(complete.map(trial => trial.finishedSequence).sort((a, b) => a - b)).toEqual(
      range(trials.length).map(n => n + 1),
    );
    for (const trial of complete) expect(trial.observations).toHaveLength(1);
    const front = frontFor(study.objectives)(complete);
    expect((await fleet.store.trials.front(study.id)).map(({ number }) => number)).toEqual(
      [...front.members].sort((a, b) => a - b),
    );
    expect(await fleet.work.list()).toEqual([]);
    return complete;
  }

  const workersOf = (trials: readonly CompleteTrial[]): Set<string | undefined> =>
    new Set(trials.map(({ observations }) => observations[0]?.environment.measuredBy?.worker));

  test('four workers and two coordinators: each trial once, who measured it is known, and every proposal can be made again', {
    timeout: 60_000,
  }, async () => {
    const fleets = await Promise.all(range(6).map(() => openFleet(server.url, { leaseMs: 10_000 })));
    const [one, two, ...rest] = fleets as [Fleet, Fleet, ...Fleet[]];
    const study = await openToy(one);
    const over = new AbortController();
    const workers = rest.map((fleet, i) =>
      toyWorker(
        fleet,
        `w${i}`,
        toyBench(study, `w${i}`, n => 5 + ((n * 13) % 30)),
        { finish: over.signal },
      ),
    );
    expect(await Promise.all([one, two].map(fleet => coordinate(fleet, study, { trials: 60 })))).toEqual([
      'trials',
      'trials',
    ]);
    over.abort();
    expect(await Promise.all(workers)).toEqual(workers.map(() => ({ kind: 'told' })));
    const trials = await demandAll(one, 60);
    // A trial of each that was asked for at the very end, at most.
    expect(trials.length).toBeLessThan(70);
    expect(workersOf(trials)).toEqual(new Set(['w0', 'w1', 'w2', 'w3']));
    expect(trials.some(({ asked, number }) => asked !== null && asked.after < number)).toBe(true);
    expect(await replay(one.store, study)).toEqual({
      same: trials.length - 1,
      difference: null,
      unrecorded: 0,
      interrupted: false,
    });
    expect(await one.workers.list()).toEqual([]);
    await Promise.all(fleets.map(fleet => fleet.close()));
  });

  test('connections cut again and again', { timeout: 90_000 }, async () => {
    const place = server.databases.as(server.url, { port: server.proxy.port });
    const fleets = await Promise.all(range(4).map(() => openFleet(place, { leaseMs: 2000, losses: 1000 })));
    const [one, ...rest] = fleets as [Fleet, ...Fleet[]];
    const study = await openToy(one);
    const over = new AbortController();
    let cuts = 0;
    const cutting = (async () => {
      while (!over.signal.aborted) {
        await delay(400);
        if (cuts % 3 === 0) server.proxy.swallowCommit();
        cuts += server.proxy.cut();
      }
    })();
    const workers = rest.map((fleet, i) =>
      toyWorker(
        fleet,
        `w${i}`,
        toyBench(study, `w${i}`, () => 30),
        { finish: over.signal },
      ),
    );
    expect(await coordinate(one, study, { trials: 20 })).toBe('trials');
    over.abort();
    await cutting;
    expect(await Promise.all(workers)).toEqual(workers.map(() => ({ kind: 'told' })));
    expect(cuts).toBeGreaterThan(6);
    await demandAll(one, 20);
    await Promise.all(fleets.map(fleet => fleet.close()));
  });

  test('the server stopped and started in the middle', { timeout: 90_000 }, async () => {
    const fleets = await Promise.all(range(3).map(() => openFleet(server.url, { leaseMs: 4000, losses: 1000 })));
    const [one, ...rest] = fleets as [Fleet, ...Fleet[]];
    const study = await openToy(one);
    const over = new AbortController();
    const workers = rest.map((fleet, i) =>
      toyWorker(
        fleet,
        `w${i}`,
        toyBench(study, `w${i}`, () => 30),
        { finish: over.signal },
      ),
    );
    const asking = coordinate(one, study, { trials: 30 });
    for (const _ of range(2)) {
      await delay(700);
      await server.databases.server!.halt('crash');
      await delay(300);
      await server.databases.server!.resume();
    }
    expect(await asking).toBe('trials');
    over.abort();
    await Promise.all(workers);
    await demandAll(one, 30);
    await Promise.all(fleets.map(fleet => fleet.close()));
  });

  function start(...args: readonly string[]) {
    const path = join(import.meta.dirname, 'process.ts');
    const child: ChildProcess = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', path, ...args, server.url],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let out = '';
    let error = '';
    child.stdout?.on('data', chunk => {
      out += chunk;
    });
    child.stderr?.on('data', chunk => {
      error += chunk;
    });
    const ended = new Promise<{ out: string; error: string }>(resolve =>
      child.on('close', () => resolve({ out, error })),
    );
    return { child, ended };
  }

  const kills = Number(process.env.RANKFRONT_TEST_KILLS ?? 8);
  test(`workers and coordinators killed at ${kills} random instants`, { timeout: 60_000 + kills * 4000 }, async () => {
    const rng = seededRng(77);
    const stored = new Set<number>();
    let killed = 0;
    const victim = async (...args: string[]): Promise<void> => {
      while (killed < kills) {
        const { child, ended } = start(...args);
        const lines = 1 + rng.integer(12);
        let heard = 0;
        await new Promise<void>(resolve => {
          child.stdout?.on('data', (chunk: Buffer) => {
            heard += chunk.toString().split('\n').length - 1;
            if (heard >= lines) resolve();
          });
          child.once('close', () => resolve());
          // Where its trials are in the hands of one that was killed, it has nothing to say for a while.
          setTimeout(resolve, 6000).unref();
        });
        await delay(rng.integer(80));
        child.kill('SIGKILL');
        killed++;
        const { out, error } = await ended;
        expect(error).toBe('');
        for (const line of out.split('\n')) {
          const number = /^stored (\d+)$/.exec(line)?.[1];
          if (number === undefined) continue;
          expect(stored.has(Number(number))).toBe(false);
          stored.add(Number(number));
        }
      }
    };
    await Promise.all([victim('work', 'a'), victim('work', 'b'), victim('ask', '4000')]);
    const fleet = await openFleet(server.url, { leaseMs: 1500, losses: 1000 });
    const study = await openToy(fleet);
    const there = (await fleet.store.trials.list(study.id)).length;
    const over = new AbortController();
    const worker = toyWorker(
      fleet,
      'last',
      toyBench(study, 'last', () => 5),
      { finish: over.signal },
    );
    expect(await coordinate(fleet, study, { trials: there + 3 })).toBe('trials');
    over.abort();
    await worker;
    const trials = await demandAll(fleet, there);
    expect(killed).toBeGreaterThanOrEqual(kills);
    expect(stored.size).toBeGreaterThan(kills);
    for (const number of stored) expect(trials[number]?.state).toBe('complete');
    expect(await replay(fleet.store, study)).toMatchObject({ difference: null, unrecorded: 0 });
    await fleet.close();
  });

  test('a worker whose device is not itself any more takes itself out, and what it said last is not kept', async () => {
    const fleet = await openFleet(server.url, { leaseMs: 5000 });
    const study = await openToy(fleet);
    const good = toyBench(study, 'ill', () => 1);
    let denseMs = 10;
    const ill = {
      ...good,
      work: async (...given: Parameters<typeof good.work>) => {
        const outcome = await good.work(...given);
        denseMs = given[0].trial.number < 4 ? 10 : 30;
        return outcome.kind === 'finished' ? { ...outcome, denseMs } : outcome;
      },
    };
    const finish = new AbortController();
    const asking = coordinate(fleet, study, { trials: 8, finish: finish.signal });
    expect(await toyWorker(fleet, 'ill', ill)).toEqual({
      kind: 'out',
      why: 'the dense model takes 30.0 ms here now, and took 10.0 ms before',
      again: false,
    });
    finish.abort();
    expect(await asking).toBe('interrupted');
    expect((await fleet.store.trials.list(study.id, { states: ['complete'] })).map(({ number }) => number)).toEqual([
      0, 1, 2, 3,
    ]);
    expect((await fleet.work.list()).every(({ state }) => state === 'waiting')).toBe(true);
    await fleet.close();
  });

  test('what a dense model takes is known for each study by itself, and after a restart', async () => {
    const fleet = await openFleet(server.url, { leaseMs: 5000 });
    const first = await openToy(fleet);
    const second = await fleet.store.studies.create({ ...toyStudy, name: 'second' });
    const benchOf = (study: Study, denseMs: number): Bench => {
      const good = toyBench(study, 'board', () => 1);
      return {
        ...good,
        work: async (...given) => {
          const outcome = await good.work(...given);
          return outcome.kind === 'finished' ? { ...outcome, denseMs } : outcome;
        },
      };
    };
    const [one, two] = [benchOf(first, 10), benchOf(second, 100)];
    const both: Bench = {
      queues: async () => [...(await one.queues()), ...(await two.queues())],
      work: (held, stop) => (held.trial.studyId === first.id ? one : two).work(held, stop),
    };
    const over = new AbortController();
    const working = toyWorker(fleet, 'board', both, { lane: 'board', finish: over.signal });
    for (const study of [first, second, first]) await coordinate(fleet, study, { trials: study === first ? 2 : 4 });
    over.abort();
    expect(await working).toEqual({ kind: 'told' });
    const check = { lane: 'board', deviceClass, worker: 'board', denseMs: 10, probes: [] };
    await fleet.checks.keep(first.id, check, () => ({ agrees: true, detail: '' }));
    const finish = new AbortController();
    const asking = coordinate(fleet, first, { trials: 6, finish: finish.signal });
    expect(await toyWorker(fleet, 'board', benchOf(first, 30), { lane: 'board' })).toEqual({
      kind: 'out',
      why: 'the dense model takes 30.0 ms here now, and took 10.0 ms before',
      again: false,
    });
    finish.abort();
    expect(await asking).toBe('interrupted');
    await fleet.close();
  });

  const denseTrial = () => {
    const space = toySpace(sites);
    const configuration = denseConfiguration(space);
    const assignment = assignmentOf(space, configuration);
    return { configuration, assignment, strategy: 'dense', rngBefore: null, rngAfter: null, asked: null };
  };
  const takenBy = async (fleet: Fleet, study: Study, by: string): Promise<Held> => {
    const station = stationOf('build', study.id, { deviceClass, version: by, pruning: false });
    const { id } = (await fleet.work.offer(study.id, denseTrial(), station))!;
    const owner = { pid: 1, startTime: '1', bootId: 'old' };
    return (await fleet.work.take(id, { owner, worker: 'old', roles, version: by }))!;
  };

  test('a trial that another version had in hand is taken over once it is put back', { timeout: 30_000 }, async () => {
    const fleet = await openFleet(server.url, { leaseMs: 1000 });
    const study = await openToy(fleet);
    await takenBy(fleet, study, '0.9.0');
    const over = new AbortController();
    const bench = toyBench(study, 'new', () => 1);
    const working = toyWorker(fleet, 'new', bench, { finish: over.signal });
    expect(await coordinate(fleet, study, { trials: 2 })).toBe('trials');
    over.abort();
    await working;
    await demandAll(fleet, 2);
    await fleet.close();
  });

  test('a dense model that is dead ends the search, with the way out', async () => {
    const fleet = await openFleet(server.url, { leaseMs: 5000, losses: 1 });
    const study = await openToy(fleet);
    await fleet.work.giveBack(await takenBy(fleet, study, version), 'it hung');
    await expect(coordinate(fleet, study, { trials: 2 })).rejects.toThrow(
      'the dense model was lost too often: "rankfront jobs" says why',
    );
    await fleet.close();
  });

  test('a trial that hangs is given up, and counted', async () => {
    const fleet = await openFleet(server.url, { leaseMs: 5000 });
    const study = await openToy(fleet);
    const finish = new AbortController();
    const asking = coordinate(fleet, study, { trials: 1, finish: finish.signal });
    const end = await toyWorker(
      fleet,
      'stuck',
      toyBench(study, 'stuck', () => 60_000),
      { limitMs: 200 },
    );
    expect(end).toMatchObject({ kind: 'out', why: 'trial 0 took more than 0 s', again: true });
    finish.abort();
    await asking;
    expect(await fleet.work.list()).toMatchObject([{ number: 0, state: 'waiting', losses: 1 }]);
    await fleet.close();
  });
});
