/** Workers and the devices that they hold, one worker a device: what two hold at once, both would measure wrongly. */
import type { Selectable } from 'kysely';
import { type Role, roles, type WorkerRow, type WorkerStore } from '../../fleet.ts';
import type { StoreSession } from '../../sql/session.ts';
import { readFleet, type WorkersTable, withFleet } from './tables.ts';

/** So long a worker that was killed is listed, for people who look for it. */
const rememberedMs = 24 * 3600 * 1000;

/** @param leaseMs for how long a worker that says nothing keeps its device */
export function sqlWorkers({ read, write, now }: StoreSession, leaseMs: number): WorkerStore {
  return {
    enter: (token, words) =>
      write('enter as a worker', async trx => {
        const db = withFleet(trx);
        const time = now();
        await db
          .deleteFrom('workers')
          .where('until_ms', '<', time - rememberedMs)
          .execute();
        if (words.lane !== null)
          await db.deleteFrom('workers').where('lane', '=', words.lane).where('until_ms', '<', time).execute();
        const row = {
          name: words.name,
          lane: words.lane,
          device: words.device,
          device_class: words.deviceClass,
          roles: words.roles.join(','),
          version: words.version,
          study: words.study,
          state: 'idle' as const,
          doing: '',
          started_at_ms: time,
          seen_at_ms: time,
          until_ms: time + leaseMs,
        };
        const entered = await db
          .insertInto('workers')
          .values({ token, finished: 0, failed: 0, ...row })
          .onConflict(conflict => conflict.doNothing())
          .returning('token')
          .executeTakeFirst();
        if (entered || words.lane === null) return null;
        const holder = await db.selectFrom('workers').selectAll().where('lane', '=', words.lane).executeTakeFirst();
        return holder && holder.token !== token ? rowOf(holder, time) : null;
      }),

    tell: (token, { state, doing, finished, failed }) =>
      write('tell how a worker is', async trx => {
        const time = now();
        const told = await withFleet(trx)
          .updateTable('workers')
          .set({ state, doing, finished, failed, seen_at_ms: time, until_ms: time + leaseMs })
          .where('token', '=', token)
          .executeTakeFirst();
        return told.numUpdatedRows > 0;
      }),

    leave: async token => {
      await write('leave', trx => withFleet(trx).deleteFrom('workers').where('token', '=', token).execute());
    },

    list: async () => {
      const rows = await read('list the workers', db =>
        readFleet(db).selectFrom('workers').selectAll().orderBy('started_at_ms').orderBy('token').execute(),
      );
      return rows.map(row => rowOf(row, now()));
    },
  };
}

const isRole = (text: string): text is Role => (roles as readonly string[]).includes(text);

const rowOf = (row: Selectable<WorkersTable>, nowMs: number): WorkerRow => ({
  token: row.token,
  name: row.name,
  lane: row.lane,
  device: row.device,
  deviceClass: row.device_class,
  roles: row.roles.split(',').filter(isRole),
  version: row.version,
  study: row.study,
  state: row.state,
  doing: row.doing,
  alive: row.until_ms >= nowMs,
  startedAtMs: row.started_at_ms,
  seenAtMs: row.seen_at_ms,
  finished: row.finished,
  failed: row.failed,
});
