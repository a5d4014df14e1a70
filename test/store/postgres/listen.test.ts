/** Whoever watches a store on a server hears of writes, also after the connection was lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { changesIn } from '../../../src/serve/changes.ts';
import { openStore } from '../../../src/store/open.ts';
import { listenForChanges } from '../../../src/store/postgres/listen.ts';
import { newStudy, newTrial } from '../samples.ts';
import { hasOwnServer } from './databases.ts';
import { onServerBehindProxy } from './on-server.ts';

describe.skipIf(!hasOwnServer)('word of writes on PostgreSQL (skipped where this machine has no server)', () => {
  const server = onServerBehindProxy();

  test('listening that is ended at once ends', { timeout: 10_000 }, async () => {
    let heard = 0;
    await listenForChanges(server.url, () => heard++).close();
    expect(heard).toBe(0);
  });

  test('is heard soon, long before the store would be asked, and again after a cut', { timeout: 30_000 }, async () => {
    const store = await openStore(server.url);
    const study = await store.studies.create(newStudy());
    const watched = await openStore(server.databases.as(server.url, { port: server.proxy.port }), { readOnly: true });
    const changes = changesIn(watched, () => {});
    const revisions: (number | null)[] = [];
    changes.listen(({ revision }) => revisions.push(revision));
    const until = async (holds: () => boolean): Promise<void> => {
      while (!holds()) await delay(20);
    };
    const listeners = async (): Promise<number> =>
      (
        await server.databases.run(
          server.url,
          `select 1 from pg_stat_activity where query = 'listen rankfront_changed'`,
        )
      ).length;
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
      if (n === 1) expect(server.proxy.cut()).toBeGreaterThan(0);
    }
    changes.close();
    await watched.close();
    await store.close();
  });
});
