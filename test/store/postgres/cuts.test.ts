/** Connections that are cut at random instants, and a server that is stopped and started: nothing is lost and nothing is done twice. */
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { seededRng } from '../../../src/random/rng.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { completed, frontOf, newStudy, newTrial } from '../samples.ts';
import { hasOwnServer } from './databases.ts';
import { onServerBehindProxy } from './on-server.ts';
import { demandWhole } from './whole.ts';

describe.skipIf(!hasOwnServer)('PostgreSQL that goes away (skipped where this machine has no server)', () => {
  const server = onServerBehindProxy();
  let cuttable: string;
  beforeEach(async () => {
    cuttable = server.databases.as(server.url, { port: server.proxy.port });
  });

  /** Trials begun, finished and confirmed one after the other; returns the numbers of those that the store has said are finished. */
  async function work(store: Store, from: number, count: number): Promise<readonly number[]> {
    const study = await store.studies.create(newStudy());
    const told: number[] = [];
    for (let n = from; n < from + count; n++) {
      const trial = await store.queue.begin(study.id, newTrial(n));
      expect(trial).not.toBeNull();
      expect(trial!.configuration).toEqual(newTrial(n).configuration);
      const values = [1 + ((n * 37) % 64) / 100, 1 + ((n * 53) % 64) / 100];
      const front = await store.queue.finish(trial!.id, completed(n, { values }), frontOf);
      expect(front).not.toBeNull();
      if (n % 5 === 0) await store.queue.confirm(trial!.id, completed(n).observations);
      told.push(trial!.number);
    }
    return told;
  }

  test('60 cuts at random instants', { timeout: 120_000 }, async () => {
    const rng = seededRng(3);
    const stores = await Promise.all([0, 1, 2].map(() => openStore(cuttable)));
    let done = false;
    let cuts = 0;
    const cutting = (async () => {
      while (!done) {
        await delay(20 + rng.uniform() * 160);
        if (server.proxy.cut() > 0) cuts++;
      }
    })();
    const told: number[] = [];
    for (let from = 0; cuts < 60; from += 10)
      for (const numbers of await Promise.all(stores.map((store, i) => work(store, i * 100_000 + from, 10))))
        told.push(...numbers);
    done = true;
    await cutting;
    const study = (await stores[0]!.studies.get('night'))!;
    const trials = await demandWhole(stores[0]!, study.id);
    expect(new Set(told).size).toBe(told.length);
    expect(trials.map(({ state }) => state)).toEqual(told.map(() => 'complete'));
    expect(trials.every(({ requeues }) => requeues === 0)).toBe(true);
    for (const store of stores) await store.close();
    expect(await server.databases.run(server.url, 'select count(*)::int as n from open_stores')).toEqual([{ n: 0 }]);
  });

  test('every write whose end is not heard of is found to be stored, and is not done again', {
    timeout: 60_000,
  }, async () => {
    const store = await openStore(cuttable);
    const swallowing = async <T>(act: () => Promise<T>): Promise<T> => {
      const before = server.proxy.swallowed();
      server.proxy.swallowCommit();
      const result = await act();
      expect(server.proxy.swallowed()).toBe(before + 1);
      return result;
    };
    const study = await store.studies.create(newStudy());
    const [trial, other] = [
      await swallowing(() => store.queue.begin(study.id, newTrial(0))),
      await swallowing(() => store.queue.begin(study.id, newTrial(1))),
    ];
    expect([trial?.number, other?.number]).toEqual([0, 1]);
    const revision = await store.studies.revision(study.id);
    const front = await swallowing(() => store.queue.finish(trial!.id, completed(0), frontOf));
    expect(front?.members).toEqual([0]);
    expect(await store.studies.revision(study.id)).toBe(revision + 1);
    await swallowing(() => store.queue.confirm(trial!.id, completed(0).observations));
    await swallowing(() => store.studies.setState(study.id, 'complete'));
    expect(await store.studies.revision(study.id)).toBe(revision + 3);
    // The other one is this store's: it goes back in the queue.
    await swallowing(() => store.close());
    const after = await openStore(server.url);
    expect((await after.studies.list())[0]).toMatchObject({ trials: { waiting: 1, complete: 1, running: 0 } });
    expect(await after.queue.claim(study.id)).toMatchObject({ number: 1, requeues: 0 });
    await after.close();
  });

  test.each(['order', 'crash'] as const)(
    'a server that is stopped (%s) and started',
    { timeout: 120_000 },
    async how => {
      const stores = await Promise.all([0, 1].map(() => openStore(cuttable)));
      const working = Promise.all(stores.map((store, i) => work(store, i * 1000, 60)));
      for (let round = 0; round < 3; round++) {
        await delay(150);
        await server.databases.server!.halt(how);
        await delay(100);
        await server.databases.server!.resume();
      }
      const told = (await working).flat();
      const study = (await stores[0]!.studies.get('night'))!;
      const trials = await demandWhole(stores[0]!, study.id);
      expect(trials).toHaveLength(told.length);
      expect(trials.every(({ state, requeues }) => state === 'complete' && requeues === 0)).toBe(true);
      for (const store of stores) await store.close();
    },
  );

  test('a server that stays away is told of after the limit, in one sentence, and what comes after does not wait again', {
    timeout: 60_000,
  }, async () => {
    const waiting: string[] = [];
    const store = await openStore(cuttable, {
      patience: { busyTimeoutMs: 5000, giveUpMs: 6000 },
      onWaiting: message => waiting.push(message),
    });
    const study = await store.studies.create(newStudy());
    await store.queue.begin(study.id, newTrial(0));
    await server.databases.server!.halt('order');
    try {
      const before = performance.now();
      await expect(store.queue.begin(study.id, newTrial(1))).rejects.toThrow(
        /^Cannot store a new trial in the store "postgres:\/\/postgres@127.0.0.1:\d+\/\w+": .*\(tried for \d+ s\)\. Everything stored before is safe/,
      );
      expect(performance.now() - before).toBeGreaterThan(6000);
      expect(waiting).toHaveLength(1);
      expect(waiting[0]).toMatch(/^Waiting for the store "postgres:.*": .*\. Trying again for up to 6 s\.$/);
      await store.close();
    } finally {
      await server.databases.server!.resume();
    }
    const after = await openStore(server.url);
    // This process lives, and so the trial is still its own: nobody put it back while there was no server.
    expect((await after.studies.list())[0]).toMatchObject({ trials: { running: 1 } });
    await after.close();
  });
});
