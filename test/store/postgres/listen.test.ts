/** Whoever watches a store on a server hears of writes, also after the connection was lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesIn } from '../../../src/serve/changes.ts';
import { openStore } from '../../../src/store/open.ts';
import { listenForChanges } from '../../../src/store/postgres/listen.ts';
import { newStudy, newTrial } from '../samples.ts';
import { type Databases, hasOwnServer, openDatabases } from './databases.ts';
import { type Cuttable, startProxy } from './proxy.ts';

describe.skipIf(!hasOwnServer)('word of writes on PostgreSQL (skipped where this machine has no server)', () => {
  let databases: Databases;
  let proxy: Cuttable;
  beforeAll(async () => {
    databases = await openDatabases([]);
    proxy = await startProxy(() => databases.server!.socket);
  }, 120_000);
  afterAll(async () => {
    await proxy.close();
    await databases.close();
  });

  test('listening that is ended at once ends', { timeout: 10_000 }, async () => {
    const url = await databases.create();
    let heard = 0;
    await listenForChanges(url, () => heard++).close();
    expect(heard).toBe(0);
    await databases.drop(url);
  });

  test('is heard soon, long before the store would be asked, and again after a cut', { timeout: 30_000 }, async () => {
    const url = await databases.create();
    const store = await openStore(url);
    const study = await store.studies.create(newStudy());
    const watched = await openStore(databases.as(url, { port: proxy.port }), { readOnly: true });
    const changes = changesIn(watched, () => {});
    const revisions: (number | null)[] = [];
    changes.listen(({ revision }) => revisions.push(revision));
    const until = async (holds: () => boolean): Promise<void> => {
      while (!holds()) await delay(20);
    };
    const listeners = async (): Promise<number> =>
      (await databases.run(url, `select 1 from pg_stat_activity where query = 'listen rankfront_changed'`)).length;
    while ((await listeners()) === 0) await delay(20);
    await until(() => revisions.length > 0);
    for (const n of [0, 1, 2]) {
      await delay(600);
      const began = performance.now();
      await store.queue.begin(study.id, newTrial(n));
      const revision = await store.studies.revision(study.id);
      await until(() => revisions.at(-1) === revision);
      // It would look by itself after five seconds.
      if (n < 2) expect(performance.now() - began).toBeLessThan(3000);
      if (n === 1) expect(proxy.cut()).toBeGreaterThan(0);
    }
    changes.close();
    await watched.close();
    await store.close();
    await databases.drop(url);
  });
});
